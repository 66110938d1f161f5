/** Tests of characters. */
@NullMarked
package kz.qaqpa.text;

import org.jspecify.annotations.NullMarked;
