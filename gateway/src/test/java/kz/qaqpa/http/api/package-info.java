/** Tests of the wire records. */
@NullMarked
package kz.qaqpa.http.api;

import org.jspecify.annotations.NullMarked;
