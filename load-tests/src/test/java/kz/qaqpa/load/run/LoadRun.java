package kz.qaqpa.load.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import kz.qaqpa.load.answer.AnswerLog;
import kz.qaqpa.load.answer.LabelCheck;
import kz.qaqpa.load.run.Caller.Role;

/** A simulation's target, which is a gateway of its own unless it was given one, and its log. */
public final class LoadRun implements AutoCloseable {
  private static final Registry REGISTRY = new Registry(20, 3_000);

  private final Options options;
  private final OwnGateway own; // null where a target was given
  private final String url;
  private final List<Caller> callers;
  private final TargetApi api;
  private final String model;
  private final AnswerLog log;

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
          OwnGateway.start(options.root(), options.engine(), REGISTRY, folder(options.results()));
      try {
        LoadRun run = new LoadRun(options, own, own.url(), own.callers());
        WarmUp.of(run).during(options.warmUp());
        return run;
      } catch (RuntimeException e) {
        own.close();
        throw e;
      }
    }
    return new LoadRun(options, null, options.target(), callers(options));
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
