/** Tests of the spool. */
@NullMarked
package kz.qaqpa.ledger.spool;

import org.jspecify.annotations.NullMarked;
