package kz.qaqpa.admission.quota.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Words from gateway to gateway. */
@Tag("redis")
class RedisSignalTest {

  @Test
  void words_reachAll_alsoAfterRedisWasAway() {
    List<String> heard = new CopyOnWriteArrayList<>();
    List<String> other = new CopyOnWriteArrayList<>();
    try (RedisServer server = RedisServer.start();
        RedisSignal one = new RedisSignal(RedisTuning.of(server).settings());
        RedisSignal two = new RedisSignal(RedisTuning.of(server).settings());
        RedisSignal stranger = new RedisSignal(RedisTuning.of(server).prefix("x:").settings())) {
      one.subscribe(heard::add);
      two.subscribe(heard::add);
      stranger.subscribe(other::add);
      untilHeard(one, heard, "first");
      server.kill();
      one.publish("lost");
      server.restart();
      untilHeard(two, heard, "second");
      assertThat(heard).doesNotContain("lost").contains(RedisSignal.ANYTHING);
      RedisStores.await(() -> !other.isEmpty()); // It connects when it likes.
      assertThat(other).containsOnly(RedisSignal.ANYTHING);
    }
  }

  @Test
  void redisComesLater() {
    List<String> heard = new CopyOnWriteArrayList<>();
    try (RedisServer server = RedisServer.start()) {
      server.kill();
      try (RedisSignal signal = new RedisSignal(RedisTuning.of(server).settings())) {
        signal.subscribe(heard::add);
        signal.publish("lost");
        server.restart();
        untilHeard(signal, heard, "found");
        assertThat(heard).doesNotContain("lost");
      }
    }
  }

  /** Two ears hear one word twice; it is said again until they do, since it is only a hint. */
  private static void untilHeard(RedisSignal from, List<String> heard, String word) {
    RedisStores.await(() -> {
      from.publish(word);
      return heard.stream().filter(word::equals).count() >= 2;
    });
  }
}
