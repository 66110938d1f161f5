package kz.qaqpa.engine.model;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file of a model cannot be used; the message names the file, the part, and what was expected.
 */
public final class ModelFileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ModelFileException(Path file, String problem) {
    this(file, problem, null);
  }

  public ModelFileException(Path file, String problem, @Nullable Throwable cause) {
    super(file + ": " + problem, cause);
  }
}
