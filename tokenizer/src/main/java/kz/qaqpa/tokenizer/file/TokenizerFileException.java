package kz.qaqpa.tokenizer.file;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file of a tokenizer cannot be used; the message names the file, the part, and what was
 * expected.
 */
public final class TokenizerFileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public TokenizerFileException(Path file, String problem) {
    this(file, problem, null);
  }

  public TokenizerFileException(Path file, String problem, @Nullable Throwable cause) {
    super(file + ": " + problem, cause);
  }
}
