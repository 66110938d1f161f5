/** Tests of the ledger. */
@NullMarked
package kz.qaqpa.ledger;

import org.jspecify.annotations.NullMarked;
