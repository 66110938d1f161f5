package kz.qaqpa.http.usage;

import java.util.List;
import java.util.function.Function;
import kz.qaqpa.http.route.Route;
import kz.qaqpa.http.wire.Exchange;
import reactor.core.publisher.Mono;

/** {@code GET /v1/usage}: what was used, summed up. */
public final class UsageRoute implements Route {
  /** Where it is, at every port. */
  public static final String PATH = "/v1/usage";

  private final Function<Exchange, Mono<Reader>> readers;
  private final UsageReports reports;

  /**
   * The route at one port.
   *
   * @param readers who asks, or a {@link kz.qaqpa.admission.Refusal}
   */
  public UsageRoute(Function<Exchange, Mono<Reader>> readers, UsageReports reports) {
    this.readers = readers;
    this.reports = reports;
  }

  @Override
  public boolean isAt(String path) {
    return path.equals(PATH);
  }

  @Override
  public List<String> methods() {
    return List.of("GET");
  }

  @Override
  public Mono<Void> serve(Exchange exchange) {
    return readers.apply(exchange).flatMap(reader -> reports.serve(exchange, reader));
  }
}
