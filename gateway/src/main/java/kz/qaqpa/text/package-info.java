/** Characters of what people write. */
@NullMarked
package kz.qaqpa.text;

import org.jspecify.annotations.NullMarked;
