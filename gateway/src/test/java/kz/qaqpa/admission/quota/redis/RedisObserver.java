package kz.qaqpa.admission.quota.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import kz.qaqpa.admission.quota.Counter;

/** Reads all accounts of all agencies in one step of Redis, past the store. Used by one thread. */
public final class RedisObserver implements AutoCloseable {
  private static final int COUNTERS = Counter.values().length;
  private static final String ALL =
      """
      local all = {}
      for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '*:account*')) do
        local one = {key}
        local values = redis.call('HMGET', key, 's1', 's2', 's3', 's4', 's5', 's6',
            'r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'streams')
        for _, value in ipairs(values) do
          one[#one + 1] = tonumber(value)
        end
        all[#all + 1] = one
      end
      return all
      """;

  private final RedisClient client;
  private final StatefulRedisConnection<String, String> connection;

  /** An observer of a Redis that is there. */
  public RedisObserver(RedisServer server) {
    this.client = RedisClient.create(server.url());
    this.connection = client.connect();
  }

  /**
   * An account.
   *
   * @param settled used, by counter
   * @param reserved held, by counter
   * @param streams answers in the making
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Account(long[] settled, long[] reserved, long streams) {

    /** What counts against a limit. */
    public long taken(Counter counter) {
      return settled[counter.index()] + reserved[counter.index()];
    }

    /** Whether nothing is held. */
    public boolean isQuiet() {
      for (long held : reserved) {
        if (held != 0) {
          return false;
        }
      }
      return streams == 0;
    }
  }

  /** All accounts whose keys have a prefix, by key; nothing if Redis does not answer. */
  public Optional<Map<String, Account>> accounts(String prefix) {
    List<List<Object>> rows;
    try {
      rows = redis().eval(ALL, ScriptOutputType.MULTI, new String[0], prefix);
    } catch (RedisException e) {
      return Optional.empty();
    }
    Map<String, Account> accounts = new HashMap<>();
    for (List<Object> row : rows) {
      long[] settled = new long[COUNTERS];
      long[] reserved = new long[COUNTERS];
      for (int i = 0; i < COUNTERS; i++) {
        settled[i] = (Long) row.get(1 + i);
        reserved[i] = (Long) row.get(1 + COUNTERS + i);
      }
      accounts.put(
          row.getFirst().toString(),
          new Account(settled, reserved, (Long) row.get(1 + 2 * COUNTERS)));
    }
    return Optional.of(accounts);
  }

  /** All commands. */
  public RedisCommands<String, String> redis() {
    return connection.sync();
  }

  @Override
  public void close() {
    connection.close();
    client.shutdown();
  }
}
