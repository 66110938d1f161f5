/** The image as a container engine would see it. */
@NullMarked
package kz.qaqpa.image;

import org.jspecify.annotations.NullMarked;
