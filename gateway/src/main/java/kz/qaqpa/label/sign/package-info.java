/** Signatures of labels, made beside the event loops. */
@NullMarked
package kz.qaqpa.label.sign;

import org.jspecify.annotations.NullMarked;
