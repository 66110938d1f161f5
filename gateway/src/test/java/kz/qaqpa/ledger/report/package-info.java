/** Tests of reading the ledger, on either database. */
@NullMarked
package kz.qaqpa.ledger.report;

import org.jspecify.annotations.NullMarked;
