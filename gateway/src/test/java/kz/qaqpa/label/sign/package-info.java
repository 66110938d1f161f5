/** Tests of signatures of labels. */
@NullMarked
package kz.qaqpa.label.sign;

import org.jspecify.annotations.NullMarked;
