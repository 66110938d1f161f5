package kz.qaqpa.label.key;

import java.nio.file.Path;

/** Paths as settings write them. */
final class SettingPaths {
  private SettingPaths() {}

  /** A path; {@code ~/} is the home of the user. */
  static Path of(String text) {
    return text.startsWith("~/")
        ? Path.of(System.getProperty("user.home"), text.substring(2))
        : Path.of(text);
  }
}
