package kz.qaqpa.admission.quota.redis;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import kz.qaqpa.fixture.Records;

/** Settings of quotas in a test's Redis, to be changed one by one. */
public final class RedisTuning {
  private static final QuotaSettings BASE =
      new QuotaSettings(
          QuotaSettings.Store.REDIS,
          "redis://127.0.0.1",
          "",
          "",
          "",
          "",
          Duration.ofSeconds(5),
          "t:",
          1,
          Duration.ofSeconds(30),
          100_000);

  private final Map<String, Object> changes = new HashMap<>();

  private RedisTuning() {}

  /** Patient ones. */
  public static RedisTuning of(RedisServer server) {
    return new RedisTuning().url(server.url());
  }

  /** Credentials. */
  public RedisTuning login(String name, String word, String file) {
    return with("redisUser", name).with("redisPassword", word).with("redisPasswordFile", file);
  }

  /** The same by way of another address. */
  public RedisTuning url(String value) {
    return with("redisUrl", value);
  }

  /** Who vouches for its certificate. */
  public RedisTuning ca(String value) {
    return with("redisCa", value);
  }

  /** How long a request waits. */
  public RedisTuning timeout(Duration value) {
    return with("redisTimeout", value);
  }

  /** Keys of another test. */
  public RedisTuning prefix(String value) {
    return with("prefix", value);
  }

  /** Gateways that share. */
  public RedisTuning replicas(int value) {
    return with("replicas", value);
  }

  /** How long a reservation lives without being renewed. */
  public RedisTuning lease(Duration value) {
    return with("lease", value);
  }

  /** Ends that may wait. */
  public RedisTuning pending(int value) {
    return with("pendingSettles", value);
  }

  /** The settings. */
  public QuotaSettings settings() {
    return Records.with(BASE, changes);
  }

  private RedisTuning with(String name, Object value) {
    changes.put(name, value);
    return this;
  }
}
