/** The registry of labels: what was issued, for as long as it is kept. */
@NullMarked
package kz.qaqpa.ledger.label;

import org.jspecify.annotations.NullMarked;
