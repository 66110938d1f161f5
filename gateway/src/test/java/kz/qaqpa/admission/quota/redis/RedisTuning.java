package kz.qaqpa.admission.quota.redis;

import java.time.Duration;

/** Settings of quotas in a test's Redis, to be changed one by one. */
public final class RedisTuning {
  private String url;
  private String user = "";
  private String password = "";
  private String passwordFile = "";
  private String ca = "";
  private Duration timeout = Duration.ofSeconds(5);
  private String prefix = "t:";
  private int replicas = 1;
  private Duration lease = Duration.ofSeconds(30);
  private int pending = 100_000;

  private RedisTuning(String url) {
    this.url = url;
  }

  /** Patient ones. */
  public static RedisTuning of(RedisServer server) {
    return new RedisTuning(server.url());
  }

  /** The same by way of another address. */
  public RedisTuning url(String other) {
    url = other;
    return this;
  }

  /** Credentials. */
  public RedisTuning login(String name, String word, String file) {
    user = name;
    password = word;
    passwordFile = file;
    return this;
  }

  /** Who vouches for its certificate. */
  public RedisTuning ca(String file) {
    ca = file;
    return this;
  }

  /** How long a request waits. */
  public RedisTuning timeout(Duration most) {
    timeout = most;
    return this;
  }

  /** Keys of another test. */
  public RedisTuning prefix(String text) {
    prefix = text;
    return this;
  }

  /** Gateways that share. */
  public RedisTuning replicas(int count) {
    replicas = count;
    return this;
  }

  /** How long a reservation lives without being renewed. */
  public RedisTuning lease(Duration length) {
    lease = length;
    return this;
  }

  /** Ends that may wait. */
  public RedisTuning pending(int most) {
    pending = most;
    return this;
  }

  /** The settings. */
  public QuotaSettings settings() {
    return new QuotaSettings(
        QuotaSettings.Store.REDIS,
        url,
        user,
        password,
        passwordFile,
        ca,
        timeout,
        prefix,
        replicas,
        lease,
        pending);
  }
}
