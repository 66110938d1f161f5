package kz.qaqpa.admin;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import kz.qaqpa.admission.suspension.Suspension;
import kz.qaqpa.admission.suspension.SuspensionRegister;
import reactor.core.publisher.Mono;

/** A register in memory, shared by the gateways of a test, which can be away. Any thread. */
public final class MemoryRegister implements SuspensionRegister {
  private final Map<String, Suspension> suspensions = new ConcurrentHashMap<>();
  private volatile boolean away;

  /** Fails from now on, or no longer. */
  public void away(boolean now) {
    away = now;
  }

  /** What it has. */
  public Map<String, Suspension> suspensions() {
    return Map.copyOf(suspensions);
  }

  @Override
  public Mono<List<Suspension>> all() {
    return there().then(Mono.fromCallable(() -> List.copyOf(suspensions.values())));
  }

  @Override
  public Mono<Void> put(Suspension suspension) {
    return there().then(Mono.fromRunnable(() -> suspensions.put(suspension.fullId(), suspension)));
  }

  @Override
  public Mono<Void> remove(String agency, String application) {
    return there().then(Mono.fromRunnable(() -> suspensions.remove(agency + '/' + application)));
  }

  private Mono<Void> there() {
    return Mono.defer(() -> away ? Mono.error(new IllegalStateException("away")) : Mono.empty());
  }
}
