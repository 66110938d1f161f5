/** Tests of forms of labels. */
@NullMarked
package kz.qaqpa.label.schema;

import org.jspecify.annotations.NullMarked;
