package kz.qaqpa.http.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.opentelemetry.api.trace.SpanContext;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import kz.qaqpa.flow.RandomIds;
import kz.qaqpa.flow.RequestTrace;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** One request and its response, with what every answer carries. Confined to the event loop. */
public final class Exchange {
  static final String REQUEST_ID = "x-request-id";

  /** W3C Trace Context, level 2: where the request is to be found among the spans. */
  private static final String TRACE_RESPONSE = "traceresponse";

  private static final Pattern GOOD_ID = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final Channel channel;
  private final String path;
  private final RequestTrace trace;

  /** Wraps what arrived; ids that are not of good form are replaced. */
  public Exchange(HttpServerRequest request, HttpServerResponse response) {
    this.request = request;
    this.response = response;
    Channel[] holder = new Channel[1];
    response.withConnection((Connection c) -> holder[0] = c.channel());
    this.channel = holder[0];
    String uri = request.uri();
    int query = uri.indexOf('?');
    this.path = query < 0 ? uri : uri.substring(0, query);
    this.trace = new RequestTrace(id(header(REQUEST_ID)), request.method().name(), path);
  }

  /** What was asked. */
  public HttpServerRequest request() {
    return request;
  }

  /** What is answered; {@link #head} comes first. */
  public HttpServerResponse response() {
    return response;
  }

  /** The connection, for its event loop and its writability. */
  public Channel channel() {
    return channel;
  }

  /** What is noted of this request. */
  public RequestTrace trace() {
    return trace;
  }

  /** The path without its query. */
  public String path() {
    return path;
  }

  /** The method, upper case. */
  public String method() {
    return request.method().name();
  }

  /** The first header of this name, or null. */
  public @Nullable String header(CharSequence name) {
    return request.requestHeaders().get(name);
  }

  /** Sets status and the headers of every answer with a body. */
  public HttpHeaders head(int status, String contentType) {
    return head(status).set(HttpHeaderNames.CONTENT_TYPE, contentType);
  }

  /** Sets status and the headers of every answer; the time since the request came goes with it. */
  public HttpHeaders head(int status) {
    trace.answered(status);
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - trace.startNanos());
    HttpHeaders headers =
        response
            .status(status)
            .responseHeaders()
            .set(REQUEST_ID, trace.id())
            .set("openai-processing-ms", Long.toString(millis));
    SpanContext span = trace.span().getSpanContext();
    if (span.isValid()) {
      headers.set(
          TRACE_RESPONSE,
          "00-" + span.getTraceId() + "-" + span.getSpanId() + "-" + span.getTraceFlags().asHex());
    }
    RateLimitHeaders.set(headers, trace.rates());
    return headers;
  }

  /** Sends a whole body. */
  public Mono<Void> send(int status, String contentType, byte[] body) {
    head(status, contentType).set(HttpHeaderNames.CONTENT_LENGTH, body.length);
    ByteBuf content = Unpooled.wrappedBuffer(body);
    return response.sendObject(content).then();
  }

  /** Sends a JSON body. */
  public Mono<Void> json(int status, byte[] body) {
    return send(status, "application/json", body);
  }

  private static String id(@Nullable String wanted) {
    return wanted != null && GOOD_ID.matcher(wanted).matches() ? wanted : newRequestId();
  }

  static String newRequestId() {
    return "req-" + RandomIds.hex();
  }
}
