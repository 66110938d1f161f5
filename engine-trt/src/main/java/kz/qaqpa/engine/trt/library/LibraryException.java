package kz.qaqpa.engine.trt.library;

import org.jspecify.annotations.Nullable;

/**
 * A library of NVIDIA's is missing or is not what was expected; the message says which, and how.
 */
public final class LibraryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public LibraryException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
