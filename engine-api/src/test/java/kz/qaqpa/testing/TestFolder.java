package kz.qaqpa.testing;

import java.nio.file.Path;

/** Folders below {@code target} that tests keep from one to the next. Any thread. */
public final class TestFolder {
  private TestFolder() {}

  /**
   * The folder of a name, absolute, of this JVM alone: test classes run in several JVMs side by
   * side. It need not exist.
   */
  public static Path of(String name) {
    String fork = System.getProperty("qaqpa.test.fork", "fork-1");
    return Path.of("target", fork.equals("fork-1") ? name : name + "-" + fork).toAbsolutePath();
  }
}
