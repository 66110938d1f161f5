/** Tests of labels. */
@NullMarked
package kz.qaqpa.label;

import org.jspecify.annotations.NullMarked;
