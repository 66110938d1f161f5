package kz.qaqpa.admission.quota.redis;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * The reservations that this process holds, renewed all together: one call for each agency (or
 * several, of {@value #MOST} reservations each), sent in one go. Any thread.
 */
final class Leases {
  private static final Logger LOG = LoggerFactory.getLogger(Leases.class);
  private static final int MOST = 500;

  private final RedisLink link;
  private final QuotaScript script;
  private final ConcurrentMap<String, Set<String>> held = new ConcurrentHashMap<>();

  Leases(RedisLink link, QuotaScript script) {
    this.link = link;
    this.script = script;
  }

  void add(String agency, String id) {
    held.computeIfAbsent(agency, _ -> ConcurrentHashMap.newKeySet()).add(id);
  }

  void remove(String agency, String id) {
    Set<String> ids = held.get(agency);
    if (ids != null) {
      ids.remove(id);
    }
  }

  /**
   * Renews all of them, when subscribed.
   *
   * @return completes when Redis has answered, or could not; never fails
   */
  Mono<Void> renew() {
    return Mono.defer(() -> {
      List<Mono<?>> calls = new ArrayList<>();
      held.forEach((agency, ids) -> {
        List<String> some = new ArrayList<>(MOST);
        for (String id : ids) {
          some.add(id);
          if (some.size() == MOST) {
            calls.add(renew(agency, some));
            some = new ArrayList<>(MOST);
          }
        }
        if (!some.isEmpty()) {
          calls.add(renew(agency, some));
        }
      });
      return Mono.when(calls);
    });
  }

  private Mono<?> renew(String agency, Collection<String> ids) {
    return link.call(script.renew(agency, ids))
        .doOnError(failure -> LOG.debug("leases not renewed", failure))
        .onErrorComplete();
  }
}
