package kz.qaqpa.image;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A Java of the gateway's own, linked from the modules that it uses of the JDK that runs this. */
final class JavaRuntime {
  /**
   * What {@code jdeps} finds in the gateway and its libraries, less debuggers' interfaces; and
   * beside these: keys in tokens (cryptoki), Kazakh and Russian in dates and numbers (localedata),
   * and {@code jcmd} for whoever has to find out what a gateway in trouble does.
   */
  private static final List<String> MODULES =
      List.of(
          "java.base",
          "java.compiler",
          "java.desktop",
          "java.instrument",
          "java.logging",
          "java.management",
          "java.naming",
          "java.net.http",
          "java.scripting",
          "java.security.jgss",
          "java.sql",
          "jdk.crypto.cryptoki",
          "jdk.jcmd",
          "jdk.jfr",
          "jdk.localedata",
          "jdk.management",
          "jdk.net",
          "jdk.unsupported",
          "jdk.zipfs");

  private JavaRuntime() {}

  /**
   * The folder of the linked Java, made unless it is there already.
   *
   * @param cache where it is kept, for each JDK
   */
  static Path linked(Path cache) throws IOException, InterruptedException {
    String options = String.join(",", MODULES) + " kk,ru,en";
    Path made =
        cache.resolve("java-" + Runtime.version() + "-" + Integer.toHexString(options.hashCode()));
    if (Files.exists(made.resolve("release"))) {
      return made;
    }
    Files.createDirectories(cache);
    Path work = Files.createTempDirectory(cache, "java-");
    Path linked = work.resolve("java");
    try {
      Programs.run(
          List.of(
              Path.of(System.getProperty("java.home"), "bin", "jlink").toString(),
              "--add-modules",
              String.join(",", MODULES),
              "--include-locales=kk,ru,en",
              "--strip-debug",
              "--no-header-files",
              "--no-man-pages",
              "--output",
              linked.toString()));
      Files.move(linked, made, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      delete(work);
    }
    return made;
  }

  /** Deletes a folder and what is in it. */
  static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder, new FileVisitOption[0])) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
