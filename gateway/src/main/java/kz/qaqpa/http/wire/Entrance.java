package kz.qaqpa.http.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** What every request of a port passes before a resource is looked for. Shared; any thread. */
public interface Entrance {
  /**
   * Sets what the answer to this request has to carry, whatever it will be.
   *
   * @throws kz.qaqpa.admission.Refusal if the request goes no further
   */
  void receive(Exchange exchange);

  /**
   * Answers a browser's question about a resource, after {@link #receive}.
   *
   * @param methods those of the resource
   * @return null if it is no such question, or none that is answered here
   */
  @Nullable Mono<Void> preflight(Exchange exchange, List<String> methods);
}
