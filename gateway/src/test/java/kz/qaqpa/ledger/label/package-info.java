/** The registry of labels on either database. */
@NullMarked
package kz.qaqpa.ledger.label;

import org.jspecify.annotations.NullMarked;
