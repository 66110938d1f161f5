/** The detector over real sockets. */
@NullMarked
package kz.qaqpa.http.detect;

import org.jspecify.annotations.NullMarked;
