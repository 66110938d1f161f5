/** {@code GET /v1/usage}: reports over HTTP, for applications and for administrators. */
@NullMarked
package kz.qaqpa.http.usage;

import org.jspecify.annotations.NullMarked;
