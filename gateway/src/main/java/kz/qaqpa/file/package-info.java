/** Small files that have to be right after a fall. */
@NullMarked
package kz.qaqpa.file;

import org.jspecify.annotations.NullMarked;
