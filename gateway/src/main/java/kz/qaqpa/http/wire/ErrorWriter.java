package kz.qaqpa.http.wire;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Instant;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.flow.RequestTrace;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.ledger.Ledger;
import kz.qaqpa.metrics.GatewayMetrics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/** What went wrong to what a client reads, counted and noted on the way. Any thread. */
public final class ErrorWriter {
  private static final Logger LOG = LoggerFactory.getLogger(ErrorWriter.class);

  static final String SHOULD_RETRY = "x-should-retry";

  private final GatewayMetrics metrics;
  private final Ledger ledger;

  /**
   * @param ledger where refusals are counted for who was refused
   */
  public ErrorWriter(GatewayMetrics metrics, Ledger ledger) {
    this.metrics = metrics;
    this.ledger = ledger;
  }

  /** Answers with an error; passes the failure on if an answer has already begun. */
  public Mono<Void> write(Exchange exchange, Throwable failure) {
    if (exchange.response().hasSentHeaders() || !exchange.channel().isActive()) {
      return Mono.error(failure);
    }
    HttpError error = late(exchange, failure);
    HttpHeaders headers = exchange.response().responseHeaders();
    HttpError.Retry retry = error.retry();
    headers.set(SHOULD_RETRY, Boolean.toString(retry.worthwhile()));
    if (retry.afterSeconds() > 0) {
      headers.set(HttpHeaderNames.RETRY_AFTER, retry.afterSeconds());
    }
    if (failure instanceof Refusal.MethodNotAllowed not) {
      headers.set(HttpHeaderNames.ALLOW, not.allowed());
    }
    if (failure instanceof Refusal.Unauthorized) {
      headers.set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
    }
    if (failure instanceof Refusal.UpgradeRequired) {
      headers
          .set(HttpHeaderNames.UPGRADE, "websocket")
          .set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "13");
    }
    if (error.close()) {
      exchange.response().keepAlive(false);
      headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    }
    return exchange.json(error.status(), Json.bytes(new Json.ErrorBody(error.body())));
  }

  /** An error for an answer that has begun, or is about to. */
  public HttpError late(Exchange exchange, Throwable failure) {
    return late(exchange.trace(), failure);
  }

  /** The same for what is answered otherwise than by HTTP. */
  public HttpError late(RequestTrace trace, Throwable failure) {
    HttpError error;
    if (failure instanceof Refusal refusal) {
      error = HttpError.of(refusal);
      note(trace, refusal);
    } else {
      LOG.error("request {} failed", trace.id(), WithoutText.of(failure));
      error = HttpError.internal();
    }
    if (failure instanceof Refusal.OverQuota over) {
      trace.rates(over.rates());
    }
    metrics.refused(error.tag());
    trace.failed(error.tag());
    return error;
  }

  /** What came further than this has a record of its own; a flood of strangers gets none. */
  private void note(RequestTrace trace, Refusal refusal) {
    String agency = trace.agency();
    String application = trace.application();
    if (agency != null
        && application != null
        && trace.phase().compareTo(RequestTrace.Phase.QUEUE) < 0) {
      ledger.refused(agency, application, refusal.tag(), Instant.now());
    }
  }
}
