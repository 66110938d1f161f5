/** Which language a text is in. */
@NullMarked
package kz.qaqpa.language;

import org.jspecify.annotations.NullMarked;
