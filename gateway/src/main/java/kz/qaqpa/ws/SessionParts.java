package kz.qaqpa.ws;

import kz.qaqpa.flow.RequestTrace;
import kz.qaqpa.flow.TokenizePool;
import kz.qaqpa.http.wire.ErrorWriter;
import kz.qaqpa.log.RequestLog;
import kz.qaqpa.metrics.GatewayMetrics;

/**
 * What sessions share.
 *
 * @param settings section {@code ws}
 * @param answerer what makes answers
 * @param pool where long messages are parsed
 * @param errors how failures are told
 * @param metrics what is counted
 */
record SessionParts(
    WsSettings settings,
    Answerer answerer,
    TokenizePool pool,
    ErrorWriter errors,
    GatewayMetrics metrics) {

  /** Counts and logs a response that is over, as a request of HTTP is. */
  void noteResponse(RequestTrace trace, boolean clientGone) {
    long nanos = System.nanoTime() - trace.startNanos();
    metrics.request(trace.ending(), nanos);
    RequestLog.write(trace, clientGone, nanos);
  }
}
