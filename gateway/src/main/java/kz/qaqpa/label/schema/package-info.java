/** How labels are written as JSON: one class for each form, found by its name. */
@NullMarked
package kz.qaqpa.label.schema;

import org.jspecify.annotations.NullMarked;
