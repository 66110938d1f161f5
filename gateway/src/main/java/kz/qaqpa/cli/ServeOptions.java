package kz.qaqpa.cli;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import kz.qaqpa.admin.AdminSettings;
import kz.qaqpa.engine.EngineSettings;
import kz.qaqpa.http.ServerSettings;
import kz.qaqpa.ledger.LedgerSettings;
import org.jspecify.annotations.Nullable;

/** Options of {@code ./qaqpa serve}; what is null was not given. */
record ServeOptions(
    @Nullable Integer port,
    @Nullable String host,
    @Nullable Integer adminPort,
    @Nullable Path state,
    Path model,
    Path config,
    @Nullable String profile,
    @Nullable String precision,
    @Nullable String engine,
    @Nullable Integer slots,
    @Nullable Integer threads,
    boolean allowSynthetic,
    boolean help) {

  static final String USAGE =
      """
      usage: ./qaqpa serve [options]
        --port N        0 to 65535; 0 picks a free one (8080)
        --host H        address to bind to (127.0.0.1)
        --admin-port N  port for operators; 0 picks a free one (the one after --port)
        --state DIR     folder for the ledger; of one gateway alone (~/.local/state/qaqpa)
        --model DIR     Hugging Face folder of a Llama (config/models/kaz-mini)
        --config DIR    folder with qaqpa.yaml and agencies.yaml (config)
        --profile NAME  settings over qaqpa.yaml; local: without any connection (none)
        --precision P   auto; on a CPU f32, int8, int8-fast or int4; on a GPU bf16 or fp8 (auto)
        --engine E      auto, cpu, trt or synthetic (auto)
        --slots N       sequences at once; 0: from the memory found (0)
        --threads N     threads of the engine; 0: the physical cores (0)
        --allow-synthetic
                        lets --engine synthetic serve: answers without a meaning, for load tests
      Everything else is in qaqpa.yaml, and QAQPA_SECTION_KEY in the environment overrides it.\
      """;

  /**
   * Reads options.
   *
   * @throws IllegalArgumentException saying which option is wrong, and how
   */
  static ServeOptions parse(List<String> args, Path root) {
    Integer port = null;
    String host = null;
    Integer adminPort = null;
    Path state = null;
    Path model = root.resolve("config/models/kaz-mini");
    Path config = root.resolve("config");
    String profile = null;
    String precision = null;
    String engine = null;
    Integer slots = null;
    Integer threads = null;
    boolean allowSynthetic = false;
    boolean help = false;
    Deque<String> left = new ArrayDeque<>(args);
    while (!left.isEmpty()) {
      String option = left.pop();
      switch (option) {
        case "--port" -> port = number(option, left);
        case "--host" -> host = value(option, left);
        case "--admin-port" -> adminPort = number(option, left);
        case "--state" -> state = Path.of(value(option, left));
        case "--model" -> model = Path.of(value(option, left));
        case "--config" -> config = Path.of(value(option, left));
        case "--profile" -> profile = value(option, left);
        case "--precision" -> precision = value(option, left);
        case "--engine" -> engine = value(option, left);
        case "--slots" -> slots = number(option, left);
        case "--threads" -> threads = number(option, left);
        case "--allow-synthetic" -> allowSynthetic = true;
        case "--help", "-h" -> help = true;
        default -> throw new IllegalArgumentException(option + ": no such option");
      }
    }
    return new ServeOptions(
        port,
        host,
        adminPort,
        state,
        model,
        config,
        profile,
        precision,
        engine,
        slots,
        threads,
        allowSynthetic,
        help);
  }

  /** The settings with these options over them. */
  ServerSettings over(ServerSettings settings) {
    return new ServerSettings(
        host == null ? settings.host() : host,
        port == null ? settings.port() : port,
        settings.hostNames(),
        engine == null ? settings.engine() : engine,
        settings.deadline(),
        settings.drainTimeout(),
        settings.metrics());
  }

  /** The settings with these options over them. */
  EngineSettings over(EngineSettings settings) {
    return settings.sized(
        precision == null ? settings.precision() : precision,
        slots == null ? settings.slots() : slots,
        settings.slotLength(),
        threads == null ? settings.threads() : threads);
  }

  /** The settings with these options over them. */
  AdminSettings over(AdminSettings settings) {
    return adminPort == null
        ? settings
        : new AdminSettings(
            settings.host(),
            adminPort,
            settings.hostNames(),
            settings.tls(),
            settings.sessionIdle(),
            settings.sessionLifetime(),
            settings.sessionsPerKey(),
            settings.loginsPerMinute());
  }

  /** The settings with these options over them. */
  LedgerSettings over(LedgerSettings settings) {
    return state == null
        ? settings
        : new LedgerSettings(
            state,
            settings.url(),
            settings.user(),
            settings.passwordFile(),
            settings.poolSize(),
            settings.commitDelay(),
            settings.commitTimeout(),
            settings.spoolBytes(),
            settings.whenFull());
  }

  private static String value(String option, Deque<String> left) {
    if (left.isEmpty()) {
      throw new IllegalArgumentException(option + ": absent (expected: a value)");
    }
    return left.pop();
  }

  private static int number(String option, Deque<String> left) {
    String value = value(option, left);
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(option + ": " + value + " (expected: a whole number)", e);
    }
  }
}
