/** The HTTP edge: one class per resource, errors in OpenAI's shape, server-sent events. */
@NullMarked
package kz.qaqpa.http;

import org.jspecify.annotations.NullMarked;
