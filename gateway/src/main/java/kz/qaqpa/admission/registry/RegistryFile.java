package kz.qaqpa.admission.registry;

import java.util.function.Consumer;
import kz.qaqpa.config.Config;
import kz.qaqpa.config.ConfigException;
import kz.qaqpa.config.FileWatch;
import kz.qaqpa.config.FileWatch.Seen;

/** {@code agencies.yaml} on disk: from its bytes to a directory. */
final class RegistryFile implements AutoCloseable {
  private final Config config;
  private final RegistryCheck check;
  private final FileWatch watch;

  /**
   * Looks at it once.
   *
   * @param changed told what it is later, from {@link #watch} on
   */
  RegistryFile(Config config, RegistryCheck check, Consumer<Seen> changed) {
    this.config = config;
    this.check = check;
    this.watch = new FileWatch(config.file(Registry.FILE), changed);
  }

  Seen first() {
    return watch.first();
  }

  Seen now() {
    return watch.now();
  }

  void watch() {
    watch.start();
  }

  /** What is shipped. */
  AgencyDirectory shipped() {
    return AgencyDirectory.of(config.bindFile(Registry.FILE, AgenciesFile.class, check));
  }

  /**
   * The directory that it describes. A file that is gone is wrong: it was taken away by mistake,
   * not in exchange for the shipped one.
   *
   * @throws ConfigException with all that is wrong in it
   */
  AgencyDirectory read(Seen seen) {
    String trouble = seen.trouble();
    if (trouble != null) {
      throw config.unreadable(Registry.FILE, trouble);
    }
    return AgencyDirectory.of(
        config.bindFile(Registry.FILE, seen.content(), AgenciesFile.class, check));
  }

  @Override
  public void close() {
    watch.close();
  }
}
