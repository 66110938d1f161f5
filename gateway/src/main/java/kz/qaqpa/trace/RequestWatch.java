package kz.qaqpa.trace;

import io.netty.handler.codec.http.HttpHeaders;
import kz.qaqpa.flow.RequestTrace;
import kz.qaqpa.log.RequestLog;
import kz.qaqpa.metrics.GatewayMetrics;

/**
 * Sees every request begin and end, whatever its end: counts it, writes its line, ends its span.
 * Any thread.
 */
public final class RequestWatch {
  private final GatewayMetrics metrics;
  private final RequestSpans spans;

  public RequestWatch(GatewayMetrics metrics, RequestSpans spans) {
    this.metrics = metrics;
    this.spans = spans;
  }

  /** A request has come. */
  public void begin(RequestTrace trace, HttpHeaders headers) {
    spans.begin(trace, headers);
  }

  /** A request has come as part of a longer one. */
  public void begin(RequestTrace trace, RequestTrace parent) {
    spans.begin(trace, parent);
  }

  /**
   * A request is over.
   *
   * @param clientGone whether its client left first
   */
  public void end(RequestTrace trace, boolean clientGone) {
    long nanos = System.nanoTime() - trace.startNanos();
    metrics.request(trace.ending(clientGone, nanos));
    spans.end(trace, clientGone, nanos);
    if (!trace.isQuiet()) {
      RequestLog.write(trace, clientGone, nanos);
    }
  }
}
