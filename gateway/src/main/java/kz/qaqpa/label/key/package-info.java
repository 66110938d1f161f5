/** Keys that sign labels, their public halves, and where both come from. */
@NullMarked
package kz.qaqpa.label.key;

import org.jspecify.annotations.NullMarked;
