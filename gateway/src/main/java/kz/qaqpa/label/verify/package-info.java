/** Whether a text is what a label was made for, and who answers for it. */
@NullMarked
package kz.qaqpa.label.verify;

import org.jspecify.annotations.NullMarked;
