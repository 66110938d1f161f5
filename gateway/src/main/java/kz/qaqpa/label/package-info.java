/** What marks an answer as made by a machine. */
@NullMarked
package kz.qaqpa.label;

import org.jspecify.annotations.NullMarked;
