package kz.qaqpa.http.route;

import java.util.List;
import kz.qaqpa.http.wire.Exchange;
import reactor.core.publisher.Mono;

/** One resource: where it is, what it answers to. Shared by all connections. */
public interface Route {
  /** Whether this resource is at a path, without the query. */
  boolean isAt(String path);

  /** Methods that it answers to. */
  List<String> methods();

  /**
   * Answers a request, on its event loop.
   *
   * @return completes when the answer has been sent; a {@link kz.qaqpa.admission.Refusal} is
   *     answered by the caller
   */
  Mono<Void> serve(Exchange exchange);

  /** The server is stopping: what outlives a request here is to end when its work is done. */
  default void drain() {}

  /** Whether nothing that {@link #drain} lets end is still open; any thread. */
  default boolean isDrained() {
    return true;
  }
}
