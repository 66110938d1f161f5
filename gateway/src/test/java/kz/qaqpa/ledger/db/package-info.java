/** Tests of the databases behind the ledger. */
@NullMarked
package kz.qaqpa.ledger.db;

import org.jspecify.annotations.NullMarked;
