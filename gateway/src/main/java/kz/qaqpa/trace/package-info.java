/** What is told of a request when it is over: metrics, a log line, a span. */
@NullMarked
package kz.qaqpa.trace;

import org.jspecify.annotations.NullMarked;
