package kz.qaqpa.admin.operator;

import java.util.function.Supplier;
import kz.qaqpa.config.ConfigException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operators there are now. A file that is read anew and wrong changes nothing but {@link
 * #problem}. Any thread.
 */
public final class Operators {
  private static final Logger LOG = LoggerFactory.getLogger(Operators.class);

  private final Supplier<OperatorsFile> file;
  private final @Nullable DevelopmentOperator development;
  private volatile OperatorDirectory directory;
  private volatile @Nullable String problem;

  /**
   * Reads the file.
   *
   * @param file reads and checks it; waits for the disk
   * @param development an operator beside them for as long as the file has none
   * @throws ConfigException if the file is wrong
   */
  public Operators(Supplier<OperatorsFile> file, @Nullable DevelopmentOperator development) {
    this.file = file;
    this.development = development;
    this.directory = directory(file.get());
  }

  /** The operators and keys as of now. */
  public OperatorDirectory directory() {
    return directory;
  }

  /** What is wrong with the file as it is now, or null: then the operators are older than it. */
  public @Nullable String problem() {
    return problem;
  }

  /**
   * Reads the file again. Waits for the disk.
   *
   * @throws ConfigException if it is wrong; the operators stay as they are
   */
  public synchronized void reload() {
    try {
      directory = directory(file.get());
      problem = null;
      LOG.info("operators.yaml: {} operators", directory.operators().size());
    } catch (ConfigException e) {
      problem = e.getMessage();
      LOG.error("operators stay as they were: {}", e.getMessage());
      throw e;
    }
  }

  private OperatorDirectory directory(OperatorsFile read) {
    OperatorDirectory written = OperatorDirectory.of(read);
    return development != null && read.operators().isEmpty()
        ? written.with(development.operator(), OperatorKey.hash(development.key()))
        : written;
  }
}
