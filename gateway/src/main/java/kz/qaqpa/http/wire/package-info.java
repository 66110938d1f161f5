/** One request and its response, server-sent events and errors in OpenAI's shapes. */
@NullMarked
package kz.qaqpa.http.wire;

import org.jspecify.annotations.NullMarked;
