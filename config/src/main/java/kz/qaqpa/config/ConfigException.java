package kz.qaqpa.config;

/**
 * What is wrong in the configuration, for the person who wrote it: {@code FILE:LINE: key: value
 * (expected: …)}, or the name of the environment variable in place of file and line. No stack
 * trace.
 */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ConfigException(String message) {
    super(message, null, false, false);
  }
}
