package kz.qaqpa.trace;

import io.netty.handler.codec.http.HttpHeaders;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import org.jspecify.annotations.Nullable;

/**
 * The headers {@code traceparent} and {@code tracestate} (W3C Trace Context, level 1). Functions
 * only.
 */
final class TraceContext {
  static final String PARENT = "traceparent";

  private static final TextMapGetter<HttpHeaders> HEADERS =
      new TextMapGetter<>() {
        @Override
        public @Nullable String get(@Nullable HttpHeaders headers, String name) {
          return headers == null ? null : headers.get(name);
        }
      };

  private TraceContext() {}

  /**
   * The context that a request was sent in; one without a parent where the header is absent, not of
   * good form, or there twice.
   */
  static Context of(HttpHeaders headers) {
    return headers.getAll(PARENT).size() == 1
        ? W3CTraceContextPropagator.getInstance().extract(Context.root(), headers, HEADERS)
        : Context.root();
  }

  /** The span that a request was sent from; not valid where there is none. */
  static SpanContext parent(Context context) {
    return Span.fromContext(context).getSpanContext();
  }
}
