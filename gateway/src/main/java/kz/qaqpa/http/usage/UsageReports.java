package kz.qaqpa.http.usage;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.time.Instant;
import java.time.InstantSource;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.http.net.EventLoops;
import kz.qaqpa.http.wire.ErrorWriter;
import kz.qaqpa.http.wire.Exchange;
import kz.qaqpa.ledger.LedgerFailure;
import kz.qaqpa.report.Bucket;
import kz.qaqpa.report.Part;
import kz.qaqpa.report.Report;
import kz.qaqpa.report.ReportQuery;
import kz.qaqpa.report.ReportSettings;
import kz.qaqpa.report.UsageSource;
import kz.qaqpa.report.format.ReportFormat;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Answers requests for reports, whoever reads them; the same object at every port, so that a
 * reader's reports are counted together. Shared by all connections.
 */
public final class UsageReports {
  /** Parts that wait for the socket; what it takes no more of is not read from the source. */
  private static final int AHEAD = 2;

  private static final String PARAMETERS =
      "from, to, bucket, group_by, format, application, and scope or agency for those who have them";

  private final UsageSource source;
  private final InstantSource clock;
  private final ReportSlots slots;
  private final ErrorWriter errors;
  private final EventLoops loops = new EventLoops();

  /**
   * Reports from a source.
   *
   * @param clock what today is, for requests that do not say which time they mean
   * @param errors notes what went wrong when it was too late to say so
   */
  public UsageReports(
      UsageSource source, InstantSource clock, ReportSettings settings, ErrorWriter errors) {
    this.source = source;
    this.clock = clock;
    this.slots = new ReportSlots(settings);
    this.errors = errors;
  }

  /**
   * Answers a request, on its event loop.
   *
   * @return completes when the report has been sent; a {@link Refusal} and what goes wrong before
   *     the first record are answered by the caller, what goes wrong later cuts the answer off
   */
  public Mono<Void> serve(Exchange exchange, Reader reader) {
    QueryParameters parameters = new QueryParameters(exchange.request().uri());
    ReportQuery query = UsageQuery.read(parameters, reader, clock.instant());
    ReportFormat format =
        Formats.of(parameters.take("format"), exchange.header(HttpHeaderNames.ACCEPT));
    parameters.end(PARAMETERS);
    return Mono.using(
        () -> slots.take(reader), _ -> send(exchange, query, format), ReportSlots.Slot::close);
  }

  /** Reports in the making. */
  int inTheMaking() {
    return slots.total();
  }

  /**
   * Status and headers wait for the first record: a source that is away is an error like others.
   */
  private Mono<Void> send(Exchange exchange, ReportQuery query, ReportFormat format) {
    Flux<Part> parts =
        Report.of(
                source.records(query.agency(), query.application(), query.from(), query.to()),
                query)
            .onErrorMap(
                LedgerFailure.class,
                failure -> new Refusal.Overloaded(String.valueOf(failure.getMessage())))
            .publishOn(loops.of(exchange.channel().eventLoop()), AHEAD);
    return parts
        .switchOnFirst((first, all) ->
            first.isOnError()
                ? all.then()
                : body(exchange, query, format, all.doOnError(late -> errors.late(exchange, late))))
        .then();
  }

  private static Mono<Void> body(
      Exchange exchange, ReportQuery query, ReportFormat format, Flux<Part> parts) {
    exchange
        .head(200, format.contentType())
        .set(HttpHeaderNames.CACHE_CONTROL, "no-store")
        .set(HttpHeaderNames.VARY, "Accept")
        .set("X-Content-Type-Options", "nosniff");
    if (format == ReportFormat.CSV) {
      exchange
          .response()
          .responseHeaders()
          .set(
              HttpHeaderNames.CONTENT_DISPOSITION,
              "attachment; filename=\"" + fileName(query) + "\"");
    }
    Flux<ByteBuf> bytes = format.write(parts, query, exchange.channel().alloc());
    return exchange.response().send(bytes).then();
  }

  private static String fileName(ReportQuery query) {
    StringBuilder name = new StringBuilder("usage");
    if (query.agency() != null) {
      name.append('-').append(query.agency());
    }
    if (query.application() != null) {
      name.append('-').append(query.application());
    }
    return name + "-" + date(query.from()) + "-" + date(query.to()) + ".csv";
  }

  private static String date(Instant at) {
    return at.atZone(Bucket.ZONE).toLocalDate().toString();
  }
}
