package kz.qaqpa.admission.registry;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import kz.qaqpa.config.Config;
import kz.qaqpa.config.ConfigException;
import kz.qaqpa.config.FileWatch.Seen;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code agencies.yaml} as it is now: read again whenever it changes, within a second. What runs is
 * not touched, and what was counted stays counted, since accounts are found by ids. A file that is
 * wrong, or gone, changes nothing but {@link #status}. Any thread.
 */
public final class Registry implements AutoCloseable {
  /** The file's name in the configuration folder. */
  public static final String FILE = "agencies.yaml";

  private static final Logger LOG = LoggerFactory.getLogger(Registry.class);

  private final InstantSource clock;
  private final @Nullable RegistryFile file;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<UnaryOperator<AgencyDirectory>> additions = new CopyOnWriteArrayList<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private @Nullable Seen loaded;
  private volatile AgencyDirectory directory;
  private volatile Status status = new Status(0, 0, null);

  /** What came of a reload. */
  public enum Outcome {
    /** The file is as it was when it was last taken over. */
    UNCHANGED,
    /** What it says holds now. */
    APPLIED,
    /** It is wrong or cannot be read, and what was before holds on. */
    REFUSED
  }

  /**
   * How things stand.
   *
   * @param applied times that a changed file was taken over
   * @param refused times that a changed file was wrong
   * @param trouble what is wrong with the file now, or null
   */
  public record Status(long applied, long refused, @Nullable Trouble trouble) {}

  /**
   * What is wrong with the file.
   *
   * @param since when that was found
   * @param problems a line for each, with file and line; for operators only
   */
  public record Trouble(Instant since, List<String> problems) {}

  private Registry(Config config, RegistryCheck check, InstantSource clock) {
    this.clock = clock;
    this.file = new RegistryFile(config, check, this::changed);
    Seen first = file.first();
    this.loaded = first;
    this.directory = first.isAbsent() ? file.shipped() : file.read(first);
  }

  private Registry(AgencyDirectory directory) {
    this.clock = InstantSource.system();
    this.file = null;
    this.directory = directory;
  }

  /**
   * Reads the file, the shipped one if the configuration folder has none, and begins to watch it.
   *
   * @param issuers names of the issuers whose tokens are accepted
   * @throws ConfigException with all that is wrong in it
   */
  public static Registry open(Config config, RegistrySettings settings, Set<String> issuers) {
    Registry registry = unwatched(config, settings, issuers);
    if (registry.file != null) {
      registry.file.watch();
    }
    return registry;
  }

  /** The same without watching: changes are found by {@link #reload} alone. */
  static Registry unwatched(Config config, RegistrySettings settings, Set<String> issuers) {
    RegistryCheck check = new RegistryCheck(settings.localProfile(), Set.copyOf(issuers));
    return new Registry(config, check, InstantSource.system());
  }

  /** A registry without a file, that stays as it is. */
  public static Registry of(AgencyDirectory directory) {
    return new Registry(directory);
  }

  /** What holds now. */
  public AgencyDirectory directory() {
    return directory;
  }

  /** How things stand. */
  public Status status() {
    return status;
  }

  /** Adds something to the file that each later state of it has, too. */
  public void add(UnaryOperator<AgencyDirectory> addition) {
    lock.lock();
    try {
      additions.add(addition);
      directory = addition.apply(directory);
    } finally {
      lock.unlock();
    }
    listeners.forEach(Runnable::run);
  }

  /**
   * Has something done after each change of what holds.
   *
   * @param listener short; called on the thread that made the change
   */
  public void whenChanged(Runnable listener) {
    listeners.add(listener);
  }

  /** Reads the file again now, if it is another; waits for the disk. */
  public Outcome reload() {
    return file == null ? Outcome.UNCHANGED : take(file, file.now());
  }

  private void changed(Seen seen) {
    if (file != null) {
      Outcome _ = take(file, seen);
    }
  }

  private Outcome take(RegistryFile file, Seen seen) {
    Outcome outcome;
    lock.lock();
    try {
      outcome = seen.equals(loaded) ? unchanged() : replace(file, seen);
    } finally {
      lock.unlock();
    }
    if (outcome == Outcome.APPLIED) {
      listeners.forEach(Runnable::run);
    }
    return outcome;
  }

  private Outcome unchanged() {
    if (status.trouble != null) {
      LOG.info("{} is again as it was when it was last read", FILE);
      status = new Status(status.applied, status.refused, null);
    }
    return Outcome.UNCHANGED;
  }

  private Outcome replace(RegistryFile file, Seen seen) {
    AgencyDirectory next;
    try {
      next = file.read(seen);
    } catch (ConfigException e) {
      LOG.error("{} is wrong, what held before holds on", FILE);
      e.problems().forEach(problem -> LOG.error("{}", problem));
      status =
          new Status(
              status.applied, status.refused + 1, new Trouble(clock.instant(), e.problems()));
      return Outcome.REFUSED;
    }
    loaded = seen;
    for (UnaryOperator<AgencyDirectory> addition : additions) {
      next = addition.apply(next);
    }
    directory = next;
    status = new Status(status.applied + 1, status.refused, null);
    LOG.info(
        "{} was read again: {} agencies, {} applications, {} keys, certificates and tokens",
        FILE,
        next.agencies().size(),
        next.applications().size(),
        next.doors(clock.instant().truncatedTo(ChronoUnit.SECONDS)));
    return Outcome.APPLIED;
  }

  @Override
  public void close() {
    if (file != null) {
      file.close();
    }
  }
}
