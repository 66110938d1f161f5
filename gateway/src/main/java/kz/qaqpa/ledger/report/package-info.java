/** Reading what was written down: records, sums, refusals. */
@NullMarked
package kz.qaqpa.ledger.report;

import org.jspecify.annotations.NullMarked;
