/** Tests of completion requests without a socket. */
@NullMarked
package kz.qaqpa.http.completions;

import org.jspecify.annotations.NullMarked;
