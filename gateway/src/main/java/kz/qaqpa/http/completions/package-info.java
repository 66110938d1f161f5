/** Plain completions: the request, its answer streamed and whole, and the route between them. */
@NullMarked
package kz.qaqpa.http.completions;

import org.jspecify.annotations.NullMarked;
