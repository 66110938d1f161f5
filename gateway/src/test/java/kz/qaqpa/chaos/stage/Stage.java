package kz.qaqpa.chaos.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import kz.qaqpa.admission.quota.redis.RedisServer;
import kz.qaqpa.chaos.engine.ObedientProvider;
import kz.qaqpa.chaos.engine.Order;
import kz.qaqpa.chaos.engine.Orders;
import kz.qaqpa.fixture.EngineProviders;
import kz.qaqpa.fixture.Ports;
import kz.qaqpa.fixture.PostgresServer;
import kz.qaqpa.fixture.ServeProcess;
import kz.qaqpa.fixture.ServeProcess.Plan;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One gateway process in front of PostgreSQL and Redis, with an engine that obeys and a small file
 * system for its spool, for all tests that ask for it; where it ends, it is started again, as a
 * supervisor would. Used by one thread.
 */
public final class Stage implements AutoCloseable {
  /** Slots of the engine. */
  public static final int SLOTS = 8;

  /** Clients that keep all slots busy and wait for more. */
  public static final int CLIENTS = 12;

  /** Tokens of an answer. */
  public static final int TOKENS = 40;

  /** What a hanging call gets: {@code watchdog.hangTimeout}. */
  public static final Duration HANG = Duration.ofSeconds(8);

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Connections that read the database; two more write. */
  private static final int POOL = 2;

  private static final int WRITERS = 2;

  private static final String SPOOL_BYTES = "2m";
  private static final String AGENCIES =
      """
      agencies:
        - id: sandbox
          name: {kk: Сынақ алаңы, ru: Песочница, en: Sandbox}
          applications:
            - {id: development, limits: {concurrentStreams: 4096}}
      """;

  private final Path folder;
  private final Orders orders;
  private final PostgresServer postgres = PostgresServer.start();
  private final RedisServer redis = RedisServer.start();
  private ServeProcess gateway;
  private long ended;
  private @Nullable Vitals calm;

  private Stage() throws Exception {
    Path target = Files.createDirectories(Path.of("target").toAbsolutePath());
    folder = Files.createTempDirectory(target, "chaos-");
    orders = new Orders(folder.resolve("orders"));
    Files.createDirectories(spool());
    Files.writeString(folder.resolve("password"), PostgresServer.PASSWORD);
    repairAgencies();
    EngineProviders.announce(folder.resolve("services"), ObedientProvider.class);
    gateway = ServeProcess.start(plan(Ports.free()));
  }

  private Plan plan(int port) {
    return new Plan(
        folder,
        port,
        settings(),
        List.of(
            orders.flag(),
            "-XX:ErrorFile=" + folder.resolve("crash.log"),
            "-Dio.netty.leakDetection.level=PARANOID"),
        List.of("--slots", Integer.toString(SLOTS), "--engine", ObedientProvider.NAME),
        // A file system of its own that ends with it, also where nobody is root.
        List.of(
            "unshare",
            "-rm",
            "--",
            "sh",
            "-c",
            "ulimit -c 0 && mount -t tmpfs -o size=" + SPOOL_BYTES + " tmpfs \"$0\" && exec \"$@\"",
            spool().toString()),
        folder.resolve("services"));
  }

  private Map<String, String> settings() {
    return Map.ofEntries(
        Map.entry("QAQPA_LEDGER_URL", postgres.url()),
        Map.entry("QAQPA_LEDGER_USER", PostgresServer.USER),
        Map.entry("QAQPA_LEDGER_PASSWORD_FILE", folder.resolve("password").toString()),
        Map.entry("QAQPA_LEDGER_POOL_SIZE", Integer.toString(POOL)),
        Map.entry("QAQPA_QUOTA_STORE", "redis"),
        Map.entry("QAQPA_QUOTA_REDIS_URL", redis.url()),
        Map.entry("QAQPA_QUOTA_REDIS_TIMEOUT", "2s"),
        Map.entry("QAQPA_QUOTA_LEASE", "4s"),
        Map.entry("QAQPA_WATCHDOG_STEP_LIMIT", "1500ms"),
        Map.entry("QAQPA_WATCHDOG_HANG_TIMEOUT", HANG.toSeconds() + "s"),
        Map.entry("QAQPA_WATCHDOG_RESTARTS", "100"),
        Map.entry("QAQPA_BATCHING_STALL_TIMEOUT", "1s"),
        Map.entry("QAQPA_HTTP_HEAD_TIMEOUT", "3s"),
        Map.entry("QAQPA_HTTP_BODY_TIMEOUT", "3s"),
        Map.entry("QAQPA_HTTP_SEND_TIMEOUT", "2s"),
        Map.entry("QAQPA_HTTP_TOKENIZE_QUEUE", "1024"),
        Map.entry("QAQPA_HTTP_MAX_CONNECTIONS_PER_ADDRESS", "4096"));
  }

  /** The process now. */
  public ServeProcess gateway() {
    return gateway;
  }

  /** Its database. */
  public PostgresServer postgres() {
    return postgres;
  }

  /** Where its quotas are. */
  public RedisServer redis() {
    return redis;
  }

  /** For files of a test. */
  public Path folder() {
    return folder;
  }

  /** Where its spool is, as this process names it. */
  public Path spool() {
    return folder.resolve("state").resolve("spool");
  }

  /** File {@code agencies.yaml}. */
  public Path agencies() {
    return folder.resolve("agencies.yaml");
  }

  /** Writes {@code agencies.yaml} as it was. */
  public void repairAgencies() throws IOException {
    Files.writeString(agencies(), AGENCIES);
  }

  /** Clients that keep it busy; returns once each slot has a request and some wait. */
  public Crowd crowd() throws Exception {
    Crowd crowd = Crowd.start(gateway.api(), CLIENTS, TOKENS);
    crowd.await("whole answer", o -> o.end() == Outcome.End.WHOLE);
    return crowd;
  }

  /** The same, after what the process holds without them was noted: for {@link #requireCalm}. */
  public Crowd crowdAfterCalm() throws Exception {
    if (calm == null) {
      calm = warm();
    }
    return crowd();
  }

  /**
   * Lets a process that has just begun do all that makes pools grow to what they may be, and looks
   * at it when all is quiet.
   */
  private Vitals warm() throws Exception {
    try (Crowd crowd = crowd()) {
      redis.kill();
      redis.restart();
      crowd.awaitWhole(System.nanoTime());
      crowd.stop();
    }
    awaitSpoolEmpty();
    Vitals.collect(gateway);
    return quiet(null);
  }

  /** Waits until the database has everything. */
  public void awaitSpoolEmpty() throws Exception {
    Waiting.until(
        gateway::metrics,
        m ->
            Waiting.metric(m, "qaqpa_ledger_spooled_records") == 0
                && m.contains("qaqpa_ledger_breaker{state=\"closed\"} 1.0"));
  }

  /**
   * Tells the engine what to do.
   *
   * @return when it has heard it
   */
  public long give(Order order) throws Exception {
    orders.give(order);
    Waiting.until(orders::taken, taken -> taken);
    return System.nanoTime();
  }

  /**
   * Waits for the end of the process and starts another one in its place.
   *
   * @return exit code of the first
   */
  public int supervise() throws Exception {
    int port = gateway.address().getPort();
    int code = gateway.exitCode(PATIENCE);
    ended = System.nanoTime();
    gateway.close();
    gateway = ServeProcess.start(plan(port));
    calm = null;
    return code;
  }

  /** When the process before this one had ended. */
  public long ended() {
    return ended;
  }

  /** Nobody asks any more: nothing is held that was not held before, no buffer was lost. */
  public void requireCalm() throws Exception {
    quiet(calm);
    Vitals.collect(gateway);
    quiet(calm);
    assertThat(Files.readString(gateway.errors())).doesNotContain("LEAK:");
  }

  /** Ends a crowd that noticed nothing: whole answers, exact books, and nothing is held. */
  public void requireUnharmed(Crowd crowd) throws Exception {
    List<Outcome> outcomes = crowd.stop();
    assertThat(outcomes).extracting(Outcome::end).containsOnly(Outcome.End.WHOLE);
    requireCalm();
    books(crowd, outcomes).requireExact();
  }

  private Vitals quiet(@Nullable Vitals before) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      Vitals now = Vitals.of(gateway);
      List<String> beyond = now.beyond(before == null ? now : before, bounds());
      if (beyond.isEmpty()) {
        return now;
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError("more than before: " + beyond);
      }
      LockSupport.parkNanos(50_000_000);
    }
  }

  /** Pools that may grow when they need to. */
  private Map<String, Integer> bounds() {
    int processors = Runtime.getRuntime().availableProcessors();
    return Map.of(
        "file tcp to " + postgres.port(),
        POOL + WRITERS,
        "thread lettuce-eventEx",
        2 * Math.max(2, processors),
        "thread lettuce-epollEv",
        2 * Math.max(2, processors));
  }

  /** The accounts of a crowd, once everything is written. */
  public Books books(Crowd crowd, List<Outcome> outcomes) throws Exception {
    return new Books(outcomes, gateway.errors(), crowd.prefix(), rows(crowd.prefix()));
  }

  private List<Books.Row> rows(String prefix) throws SQLException {
    List<Books.Row> rows = new ArrayList<>();
    String url = "jdbc:" + postgres.url();
    try (Connection connection =
            DriverManager.getConnection(url, PostgresServer.USER, PostgresServer.PASSWORD);
        PreparedStatement query =
            connection.prepareStatement(
                "select request_id, prompt_tokens, output_tokens, finish from usage_record"
                    + " where request_id like ?")) {
      query.setString(1, prefix + "%");
      try (ResultSet found = query.executeQuery()) {
        while (found.next()) {
          rows.add(
              new Books.Row(
                  found.getString(1), found.getLong(2), found.getLong(3), found.getString(4)));
        }
      }
    }
    return rows;
  }

  @Override
  public void close() {
    gateway.close();
    redis.close();
    postgres.close();
  }

  /** Gives tests the stage: {@code @ExtendWith(Stage.Shared.class)}. */
  public static final class Shared implements ParameterResolver {
    private static final Namespace NAMESPACE = Namespace.create(Stage.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == Stage.class;
    }

    /** From the root's store: it lives, and is closed, with the whole run. */
    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return context
          .getRoot()
          .getStore(NAMESPACE)
          .computeIfAbsent(Stage.class, _ -> open(), Stage.class);
    }

    private static Stage open() {
      try {
        return new Stage();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
