package kz.qaqpa.admission.suspension;

import java.util.List;
import reactor.core.publisher.Mono;

/** Where suspensions outlive a process, for all gateways together. Any thread; nothing waits. */
public interface SuspensionRegister {
  /** All of them; fails while the database is away. */
  Mono<List<Suspension>> all();

  /** Writes one down, in place of one of the same application; durable when it completes. */
  Mono<Void> put(Suspension suspension);

  /** Strikes one out, if it is there; durable when it completes. */
  Mono<Void> remove(String agency, String application);
}
