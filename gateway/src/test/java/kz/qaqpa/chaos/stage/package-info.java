/** What the chaos suite looks with: processes, clients, and what must be as before afterwards. */
@NullMarked
package kz.qaqpa.chaos.stage;

import org.jspecify.annotations.NullMarked;
