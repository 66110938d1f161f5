/** The container image: a base, a Java of its own, the gateway's files and a recorded start. */
@NullMarked
package kz.qaqpa.image;

import org.jspecify.annotations.NullMarked;
