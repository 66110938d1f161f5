package kz.qaqpa.admission.quota;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import kz.qaqpa.admission.quota.redis.RedisQuotaStore;
import kz.qaqpa.admission.quota.redis.RedisServer;
import kz.qaqpa.admission.quota.redis.RedisStores;
import kz.qaqpa.admission.quota.redis.RedisTuning;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The calendar of the script against the one of {@code java.time}. */
@Tag("redis")
class WindowsInRedisTest {
  private static final long FROM = Instant.parse("2019-01-01T00:00:00Z").toEpochMilli();
  private static final long TO = Instant.parse("2059-01-01T00:00:00Z").toEpochMilli();
  private static final long CHANGE = Instant.parse("2024-02-29T18:00:00Z").toEpochMilli();

  @Test
  void windows_areThoseOfTheCalendar() {
    try (RedisServer server = RedisServer.start();
        RedisQuotaStore store = RedisStores.open(RedisTuning.of(server))) {
      Seeds.forRandom(
          TestSize.tries(4_000, 100_000),
          random -> {
            long any = random.nextLong(FROM, TO);
            WindowCalendar.Moment moment = WindowCalendar.at(any);
            long time =
                switch (random.nextInt(4)) {
                  case 0 -> any;
                  case 1 -> moment.dayEnd() + random.nextLong(-2, 2);
                  case 2 -> moment.monthEnd() + random.nextLong(-2, 2);
                  default -> CHANGE + random.nextLong(-100_000_000, 100_000_000);
                };
            WindowCalendar.Moment expected = WindowCalendar.at(time);
            assertThat(RedisStores.windowsAt(store, time))
                .containsExactly(expected.minute(), expected.day(), expected.month());
          });
    }
  }
}
