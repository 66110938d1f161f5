/** Tests of what guards connections. */
@NullMarked
package kz.qaqpa.http.net;

import org.jspecify.annotations.NullMarked;
