/** Labels in the pipeline: what one answer needs from its beginning to its signature. */
@NullMarked
package kz.qaqpa.label.stamp;

import org.jspecify.annotations.NullMarked;
