package kz.qaqpa.admission;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Stream;
import kz.qaqpa.admission.quota.Pass;

/** The permits that are held, by application, so that they can be revoked and seen. Any thread. */
final class LivePermits {
  private final ConcurrentMap<String, Set<Permit>> held = new ConcurrentHashMap<>();

  /**
   * A permit that is known until it is closed.
   *
   * @param request what holds it
   * @param release called when it is
   */
  Permit open(Application application, InFlight request, Pass pass, Runnable release) {
    Set<Permit> ofApplication =
        held.computeIfAbsent(application.fullId(), _ -> ConcurrentHashMap.newKeySet());
    Permit permit =
        new Permit(
            application,
            request,
            pass,
            closed -> {
              ofApplication.remove(closed);
              release.run();
            });
    ofApplication.add(permit);
    return permit;
  }

  void revokeAll(Refusal why) {
    all().forEach(permit -> permit.revoke(why));
  }

  void revoke(String fullId, Refusal why) {
    held.getOrDefault(fullId, Set.of()).forEach(permit -> permit.revoke(why));
  }

  /** All that are held, in no order; who comes or leaves meanwhile may be among them. */
  Stream<Permit> all() {
    return held.values().stream().flatMap(Set::stream);
  }

  int count(String fullId) {
    return held.getOrDefault(fullId, Set.of()).size();
  }
}
