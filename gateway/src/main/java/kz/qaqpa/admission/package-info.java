/** Who may come in: agencies, their applications and keys, and what each may have at once. */
@NullMarked
package kz.qaqpa.admission;

import org.jspecify.annotations.NullMarked;
