package kz.qaqpa.ws;

import kz.qaqpa.admission.Identification;
import kz.qaqpa.flow.TokenizePool;
import kz.qaqpa.http.wire.ErrorWriter;
import kz.qaqpa.metrics.GatewayMetrics;
import kz.qaqpa.responses.ResponsesFlow;
import kz.qaqpa.trace.RequestWatch;

/**
 * What sessions share.
 *
 * @param settings section {@code ws}
 * @param identification who may still ask
 * @param flow what makes responses
 * @param pool where long messages are parsed
 * @param errors how failures are told
 * @param metrics what is counted
 * @param watch sees responses begin and end, as requests of HTTP
 */
record SessionParts(
    WsSettings settings,
    Identification identification,
    ResponsesFlow flow,
    TokenizePool pool,
    ErrorWriter errors,
    GatewayMetrics metrics,
    RequestWatch watch) {}
