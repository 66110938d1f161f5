/** Tests of what is counted in a text. */
@NullMarked
package kz.qaqpa.http.tokens;

import org.jspecify.annotations.NullMarked;
