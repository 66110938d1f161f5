/** Tests of what a request and its response look like. */
@NullMarked
package kz.qaqpa.http.wire;

import org.jspecify.annotations.NullMarked;
