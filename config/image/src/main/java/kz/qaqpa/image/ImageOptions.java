package kz.qaqpa.image;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Options of {@code ./qaqpa image}.
 *
 * @param base where the base image is, as Jib names it; null: made of Debian packages
 * @param out the tar to write
 * @param name of the image, with its tag
 */
record ImageOptions(@Nullable String base, Path out, String name, boolean help) {
  static final String USAGE =
      """
      usage: ./qaqpa image [options]
        --out FILE    the tar to write (config/image/target/qaqpa.tar)
        --name NAME   name and tag inside it (qaqpa:latest)
        --base IMAGE  what the image stands on: tar://FILE, docker://NAME, or NAME in a registry; it
                      needs glibc and libstdc++ (made of Debian packages, with mmdebstrap)\
      """;

  /**
   * Reads options.
   *
   * @throws IllegalArgumentException saying which option is wrong, and how
   */
  static ImageOptions parse(List<String> args, Path root) {
    String base = null;
    Path out = root.resolve("config/image/target/qaqpa.tar");
    String name = "qaqpa:latest";
    boolean help = false;
    Deque<String> left = new ArrayDeque<>(args);
    while (!left.isEmpty()) {
      String option = left.pop();
      switch (option) {
        case "--base" -> base = value(option, left);
        case "--out" -> out = Path.of(value(option, left)).toAbsolutePath();
        case "--name" -> name = value(option, left);
        case "--help", "-h" -> help = true;
        default -> throw new IllegalArgumentException(option + ": no such option");
      }
    }
    return new ImageOptions(base, out, name, help);
  }

  private static String value(String option, Deque<String> left) {
    if (left.isEmpty()) {
      throw new IllegalArgumentException(option + ": absent (expected: a value)");
    }
    return left.pop();
  }
}
