package kz.qaqpa.config;

import java.util.List;

/**
 * What is wrong in the configuration, for the person who wrote it: {@code FILE:LINE: key: value
 * (expected: …)}, or the name of the environment variable in place of file and line; a line for
 * each problem. No stack trace.
 */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> problems;

  ConfigException(String message) {
    this(List.of(message));
  }

  ConfigException(List<String> problems) {
    super(String.join("\n", problems), null, false, false);
    this.problems = List.copyOf(problems);
  }

  /** The problems, at least one; of very many the first. */
  public List<String> problems() {
    return problems;
  }
}
