/** What was used, by whom: records that outlive the process. */
@NullMarked
package kz.qaqpa.ledger;

import org.jspecify.annotations.NullMarked;
