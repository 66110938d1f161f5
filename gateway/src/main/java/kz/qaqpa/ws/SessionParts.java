package kz.qaqpa.ws;

import kz.qaqpa.admission.Identification;
import kz.qaqpa.flow.RequestTrace;
import kz.qaqpa.flow.TokenizePool;
import kz.qaqpa.http.wire.ErrorWriter;
import kz.qaqpa.log.RequestLog;
import kz.qaqpa.metrics.GatewayMetrics;
import kz.qaqpa.responses.ResponsesFlow;

/**
 * What sessions share.
 *
 * @param settings section {@code ws}
 * @param identification who may still ask
 * @param flow what makes responses
 * @param pool where long messages are parsed
 * @param errors how failures are told
 * @param metrics what is counted
 */
record SessionParts(
    WsSettings settings,
    Identification identification,
    ResponsesFlow flow,
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
