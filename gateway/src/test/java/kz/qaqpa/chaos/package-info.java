/** What happens to a gateway process, and what its clients, its ledger and it are like after it. */
@NullMarked
package kz.qaqpa.chaos;

import org.jspecify.annotations.NullMarked;
