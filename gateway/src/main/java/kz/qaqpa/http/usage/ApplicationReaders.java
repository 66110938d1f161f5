package kz.qaqpa.http.usage;

import java.util.function.Function;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.Terms;
import kz.qaqpa.http.route.JsonDoor;
import kz.qaqpa.http.wire.Exchange;
import reactor.core.publisher.Mono;

/** Who reads at the serving port: the application that asks. Any thread. */
public final class ApplicationReaders implements Function<Exchange, Mono<Reader>> {
  private final JsonDoor door;

  public ApplicationReaders(JsonDoor door) {
    this.door = door;
  }

  /** The reader of a request, noted in its trace; fails as {@link JsonDoor#authenticate}. */
  @Override
  public Mono<Reader> apply(Exchange exchange) {
    return door.authenticate(exchange).map(ApplicationReaders::reader);
  }

  private static Reader reader(Application application) {
    return new Reader.OfApplication(
        application.agency().id(),
        application.id(),
        application.terms().reports() == Terms.Reports.AGENCY);
  }
}
