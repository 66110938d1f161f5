package kz.qaqpa.trace;

import io.netty.handler.codec.http.HttpHeaders;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.util.List;
import kz.qaqpa.flow.RandomIds;
import kz.qaqpa.flow.RequestTrace;
import org.jspecify.annotations.Nullable;

/**
 * One span for each request, named as OpenTelemetry's conventions for HTTP servers and for
 * generative AI have it. It is begun when the request comes, so that the answer can name it, and
 * told everything when the request is over: nothing happens for a token. No text of prompts or
 * answers. Any thread.
 */
public final class RequestSpans {
  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
  private static final AttributeKey<Long> STATUS =
      AttributeKey.longKey("http.response.status_code");
  private static final AttributeKey<String> OPERATION =
      AttributeKey.stringKey("gen_ai.operation.name");
  private static final AttributeKey<String> PROVIDER =
      AttributeKey.stringKey("gen_ai.provider.name");
  private static final AttributeKey<String> MODEL = AttributeKey.stringKey("gen_ai.request.model");
  private static final AttributeKey<Long> INPUT = AttributeKey.longKey("gen_ai.usage.input_tokens");
  private static final AttributeKey<Long> CACHED =
      AttributeKey.longKey("gen_ai.usage.cache_read.input_tokens");
  private static final AttributeKey<Long> OUTPUT =
      AttributeKey.longKey("gen_ai.usage.output_tokens");
  private static final AttributeKey<List<String>> FINISH =
      AttributeKey.stringArrayKey("gen_ai.response.finish_reasons");
  private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");
  private static final AttributeKey<String> REQUEST = AttributeKey.stringKey("qaqpa.request.id");
  private static final AttributeKey<String> AGENCY = AttributeKey.stringKey("qaqpa.agency");
  private static final AttributeKey<String> APPLICATION =
      AttributeKey.stringKey("qaqpa.application");
  private static final AttributeKey<String> GONE = AttributeKey.stringKey("qaqpa.client_gone");

  private final @Nullable Tracer tracer;

  /**
   * @param tracer makes them, or null where none are wanted
   */
  RequestSpans(@Nullable Tracer tracer) {
    this.tracer = tracer;
  }

  /** Notes in which trace a request is, and begins its span. */
  void begin(RequestTrace trace, HttpHeaders headers) {
    begin(trace, TraceContext.of(headers));
  }

  /** The same for a request that is part of another one, such as a response of a session. */
  void begin(RequestTrace trace, RequestTrace parent) {
    Context context = parent.span().storeInContext(Context.root());
    begin(trace, context);
    String traceId = parent.traceId();
    if (traceId != null) {
      trace.within(traceId);
    }
  }

  private void begin(RequestTrace trace, Context context) {
    SpanContext parent = TraceContext.parent(context);
    if (tracer == null) {
      trace.within(parent.isValid() ? parent.getTraceId() : RandomIds.hex());
      return;
    }
    SpanBuilder builder =
        tracer
            .spanBuilder(trace.method())
            .setParent(context)
            .setSpanKind(SpanKind.SERVER)
            .setStartTimestamp(trace.start());
    Span span = builder.startSpan();
    trace.span(span);
    trace.within(span.getSpanContext().getTraceId());
  }

  /** A request is over. */
  void end(RequestTrace trace, boolean clientGone, long nanos) {
    Span span = trace.span();
    if (!span.isRecording()) {
      span.end();
      return;
    }
    String operation = trace.operation();
    if (operation != null) {
      span.updateName(operation + " " + trace.model());
      span.setAttribute(OPERATION, operation);
      span.setAttribute(PROVIDER, "qaqpa");
      set(span, MODEL, trace.model());
      span.setAttribute(INPUT, (long) trace.promptTokens());
      span.setAttribute(CACHED, (long) trace.cachedTokens());
      span.setAttribute(OUTPUT, (long) trace.outputTokens());
    }
    span.setAttribute(METHOD, trace.method());
    span.setAttribute(REQUEST, trace.id());
    if (trace.status() > 0) {
      span.setAttribute(STATUS, (long) trace.status());
    }
    set(span, AGENCY, trace.agency());
    set(span, APPLICATION, trace.application());
    set(span, GONE, clientGone ? trace.phase().tag() : null);
    String finish = trace.finish();
    if (finish != null) {
      span.setAttribute(FINISH, List.of(finish));
    }
    String error = trace.error();
    if (error != null) {
      span.setAttribute(ERROR, error);
      if (trace.status() == 0 || trace.status() >= 500 || trace.outputTokens() > 0) {
        span.setStatus(StatusCode.ERROR);
      }
    }
    events(trace, span, nanos);
    span.end(trace.start().plusNanos(nanos));
  }

  private static void events(RequestTrace trace, Span span, long nanos) {
    long first = trace.firstTokenNanos();
    if (first >= 0 && trace.queueNanos() >= 0) {
      long prefill = Math.max(0, first - trace.prefillNanos());
      add(span, "queue", trace, Math.max(0, prefill - trace.queueNanos()));
      add(span, "prefill", trace, prefill);
    }
    if (first >= 0) {
      add(span, "first token", trace, first);
    }
    add(span, "finish", trace, nanos);
  }

  private static void add(Span span, String event, RequestTrace trace, long nanos) {
    span.addEvent(event, trace.start().plusNanos(nanos));
  }

  private static void set(Span span, AttributeKey<String> key, @Nullable String value) {
    if (value != null) {
      span.setAttribute(key, value);
    }
  }
}
