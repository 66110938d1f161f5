/** The Responses interface over HTTP. */
@NullMarked
package kz.qaqpa.http.responses;

import org.jspecify.annotations.NullMarked;
