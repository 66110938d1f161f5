package kz.qaqpa.load.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import kz.qaqpa.load.answer.AnswerLog;
import kz.qaqpa.load.answer.LabelCheck;
import kz.qaqpa.load.run.Caller.Role;

/** A simulation's target, which is a gateway of its own unless it was given one, and its log. */
public final class LoadRun implements AutoCloseable {
  private static final int QUOTA_AGENCIES = 20;

  /** Less than half of what a short question and its answer cost. */
  private static final int CHEAP = 20;

  private final Options options;
  private final OwnGateway own; // null where a target was given
  private final String url;
  private final List<Caller> callers;
  private final TargetApi api;
  private final String model;
  private final AnswerLog log;
  private OwnGateway.Usage before;

  private LoadRun(Options options, OwnGateway own, String url, List<Caller> callers) {
    this.options = options;
    this.own = own;
    this.url = url;
    this.callers = callers;
    this.api = new TargetApi(url);
    this.model = options.model().isEmpty() ? api.model(chat().key()) : options.model();
    this.log =
        new AnswerLog(
            options.sample(),
            Duration.ofMillis(options.ttftMillis()),
            Duration.ofMillis(options.itlMillis()),
            new LabelCheck(api::jwks));
  }

  /**
   * Opens it.
   *
   * @throws IllegalArgumentException if a target was given without a key
   */
  public static LoadRun open(Options options) {
    if (options.target().isEmpty()) {
      OwnGateway own =
          OwnGateway.start(
              options.root(), options.engine(), registry(options), folder(options.results()));
      try {
        LoadRun run = new LoadRun(options, own, own.url(), own.callers());
        WarmUp.of(run).during(options.warmUp());
        run.before = own.usage();
        return run;
      } catch (RuntimeException e) {
        own.close();
        throw e;
      }
    }
    return new LoadRun(options, null, options.target(), callers(options));
  }

  /** Limits that a storm uses up before it ends. */
  private static Registry registry(Options options) {
    double each = options.users() * options.length().toMillis() / 1000 / QUOTA_AGENCIES;
    return new Registry(QUOTA_AGENCIES, Math.max(200, Math.round(CHEAP * each)));
  }

  private static Path folder(Path results) {
    try {
      Files.createDirectories(results);
      return Files.createTempDirectory(results, "gateway-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Caller> callers(Options options) {
    if (!options.keys().isEmpty()) {
      return Caller.read(Path.of(options.keys()));
    }
    if (options.key().isEmpty()) {
      throw new IllegalArgumentException(
          "qaqpa.load.key: absent (expected: --key KEY or --keys FILE beside --target, or the"
              + " variable QAQPA_DEV_KEY)");
    }
    return List.of(new Caller(Role.CHAT, "the one of the key", options.key(), 0));
  }

  /** What was asked for. */
  public Options options() {
    return options;
  }

  /** {@code http://HOST:PORT}. */
  public String url() {
    return url;
  }

  /** The model's name. */
  public String model() {
    return model;
  }

  /** The gateway beside the load. */
  public TargetApi api() {
    return api;
  }

  /** All answers. */
  public AnswerLog log() {
    return log;
  }

  /** What the gateway used since it was warm; nothing where it was not started here. */
  public Optional<OwnGateway.Usage> used() {
    return Optional.ofNullable(own)
        .map(OwnGateway::usage)
        .map(now -> new OwnGateway.Usage(now.cpu().minus(before.cpu()), now.residentBytes()));
  }

  /** Some caller without a part of its own. */
  public Caller chat() {
    return callers.stream()
        .filter(caller -> caller.role() == Role.CHAT)
        .findFirst()
        .orElse(callers.getFirst());
  }

  /**
   * All callers of a role.
   *
   * @throws IllegalArgumentException if there is none
   */
  public List<Caller> callers(Role role) {
    List<Caller> some = callers.stream().filter(caller -> caller.role() == role).toList();
    if (some.isEmpty()) {
      throw new IllegalArgumentException(
          "qaqpa.load.keys: none of role "
              + role
              + " (expected: --keys FILE with such lines; docs/load-testing.md shows one)");
    }
    return some;
  }

  @Override
  public void close() {
    log.labels().close();
    api.close();
    if (own != null) {
      own.close();
    }
  }
}
