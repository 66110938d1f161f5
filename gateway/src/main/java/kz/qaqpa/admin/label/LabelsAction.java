package kz.qaqpa.admin.label;

import java.time.InstantSource;
import kz.qaqpa.admin.operator.Operator;
import kz.qaqpa.admin.operator.Right;
import kz.qaqpa.admin.route.AdminAction;
import kz.qaqpa.admin.route.JsonLines;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.api.Shown;
import kz.qaqpa.http.labels.LabelJson;
import kz.qaqpa.http.labels.LabelLookup;
import kz.qaqpa.http.net.EventLoops;
import kz.qaqpa.http.wire.Exchange;
import kz.qaqpa.label.Ulid;
import kz.qaqpa.ledger.label.LabelFilter;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * {@code GET /admin/labels}: labels by time, agency, application, model and risk, oldest first, one
 * JSON object a line, as they are read; {@code GET /admin/labels/{id}}: one of them with what its
 * request came to. An agency-admin sees those of the own agency.
 */
public final class LabelsAction implements AdminAction {
  private static final String PATH = "/admin/labels";

  private final LabelLookup lookup;
  private final InstantSource clock;
  private final EventLoops loops = new EventLoops();

  /**
   * @param clock what today is, for searches that do not say which time they mean
   */
  public LabelsAction(LabelLookup lookup, InstantSource clock) {
    this.lookup = lookup;
    this.clock = clock;
  }

  @Override
  public boolean isAt(String path) {
    return path.equals(PATH) || path.startsWith(PATH + "/");
  }

  @Override
  public String method() {
    return "GET";
  }

  @Override
  public Right right() {
    return Right.LABELS;
  }

  @Override
  public Mono<Void> serve(Exchange exchange, Operator who) {
    return exchange.path().equals(PATH)
        ? search(exchange, who.agency())
        : one(exchange, exchange.path().substring(PATH.length() + 1), who.agency());
  }

  private Mono<Void> one(Exchange exchange, String id, @Nullable String own) {
    return Mono.just(id)
        .filter(Ulid::matches)
        .flatMap(lookup::find)
        .filter(label -> own == null || own.equals(label.who().agency()))
        .switchIfEmpty(
            Mono.error(() ->
                new Refusal.NotFound(
                    "id",
                    "label_not_found",
                    "label: " + Shown.text(id) + " (expected: the id of one that is kept)")))
        .flatMap(lookup::whole)
        .map(Json::bytes)
        .publishOn(loops.of(exchange.channel().eventLoop()))
        .flatMap(answer -> exchange.json(200, answer));
  }

  private Mono<Void> search(Exchange exchange, @Nullable String own) {
    LabelFilter filter = LabelQuery.read(exchange.request().uri(), own, clock.instant());
    return JsonLines.send(
        exchange,
        loops.of(exchange.channel().eventLoop()),
        lookup.search(filter).map(label -> LabelJson.of(label, LabelJson.Issued.of(label, null))));
  }
}
