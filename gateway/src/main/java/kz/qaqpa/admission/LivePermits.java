package kz.qaqpa.admission;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import kz.qaqpa.admission.quota.Pass;

/** The permits that are held, by application, so that they can be revoked. Any thread. */
final class LivePermits {
  private final ConcurrentMap<String, Set<Permit>> held = new ConcurrentHashMap<>();

  /**
   * A permit that is known until it is closed.
   *
   * @param release called when it is
   */
  Permit open(Application application, Pass pass, Runnable release) {
    Set<Permit> ofApplication =
        held.computeIfAbsent(application.fullId(), _ -> ConcurrentHashMap.newKeySet());
    Permit permit =
        new Permit(
            application,
            pass,
            closed -> {
              ofApplication.remove(closed);
              release.run();
            });
    ofApplication.add(permit);
    return permit;
  }

  void revoke(String fullId, Refusal why) {
    held.getOrDefault(fullId, Set.of()).forEach(permit -> permit.revoke(why));
  }

  int count(String fullId) {
    return held.getOrDefault(fullId, Set.of()).size();
  }
}
