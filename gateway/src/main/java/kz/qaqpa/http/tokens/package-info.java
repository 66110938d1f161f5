/** Text to token ids and back, for those who want to know what their words cost. */
@NullMarked
package kz.qaqpa.http.tokens;

import org.jspecify.annotations.NullMarked;
