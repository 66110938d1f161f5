package kz.qaqpa.config;

import java.nio.file.Path;

/** Paths as people write them in settings. Functions only. */
public final class UserPath {
  private UserPath() {}

  /** A path; {@code ~/} at its beginning is the home folder. */
  public static Path of(String text) {
    return text.startsWith("~/")
        ? Path.of(System.getProperty("user.home"), text.substring(2))
        : Path.of(text);
  }
}
