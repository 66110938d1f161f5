/** Tests of labels in the making. */
@NullMarked
package kz.qaqpa.label.stamp;

import org.jspecify.annotations.NullMarked;
