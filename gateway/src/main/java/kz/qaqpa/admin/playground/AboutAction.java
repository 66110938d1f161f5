package kz.qaqpa.admin.playground;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import kz.qaqpa.admin.operator.Operator;
import kz.qaqpa.admin.operator.Right;
import kz.qaqpa.admin.route.AdminAction;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.wire.Exchange;
import reactor.core.publisher.Mono;

/** {@code GET /admin/console}: what whoever asks may see in the console, and of which model. */
final class AboutAction implements AdminAction {
  private final String model;
  private final boolean development;

  /**
   * @param model what is served
   * @param development whether there is a development application to ask with
   */
  AboutAction(String model, boolean development) {
    this.model = model;
    this.development = development;
  }

  /** The answer. */
  record Body(String model, boolean development, List<String> rights) {}

  @Override
  public boolean isAt(String path) {
    return path.equals("/admin/console");
  }

  @Override
  public String method() {
    return "GET";
  }

  @Override
  public Right right() {
    return Right.LIST;
  }

  @Override
  public Mono<Void> serve(Exchange exchange, Operator who) {
    List<String> rights =
        Arrays.stream(Right.values())
            .filter(who::may)
            .map(right -> right.name().toLowerCase(Locale.ROOT))
            .toList();
    return exchange.json(200, Json.bytes(new Body(model, development, rights)));
  }
}
