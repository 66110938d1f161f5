package kz.qaqpa.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** {@code ./qaqpa image}: writes the container image of the gateway that is built. */
public final class ImageMain {
  private ImageMain() {}

  /**
   * Writes the image and leaves with 0, with 1 if that fails, with 2 for wrong options. The system
   * property {@code qaqpa.root} is the project's folder, {@code qaqpa.jvm.flags} are the
   * launcher's.
   */
  public static void main(String[] args) throws InterruptedException {
    Path root = Path.of(System.getProperty("qaqpa.root", ".")).toAbsolutePath();
    ImageOptions options;
    try {
      options = ImageOptions.parse(List.of(args), root);
    } catch (IllegalArgumentException e) {
      System.err.println("qaqpa: image: " + e.getMessage());
      System.err.println(ImageOptions.USAGE);
      System.exit(2);
      return;
    }
    if (options.help()) {
      System.out.println(ImageOptions.USAGE);
      return;
    }
    try {
      write(root, options);
    } catch (IOException e) {
      System.err.println("qaqpa: image: " + e.getMessage());
      System.exit(1);
    }
  }

  private static void write(Path root, ImageOptions options)
      throws IOException, InterruptedException {
    String flags = System.getProperty("qaqpa.jvm.flags", "");
    Path cache = cacheFolder();
    Path target = root.resolve("config/image/target");
    String base = options.base();
    if (base == null) {
      base =
          "tar://"
              + Programs.run(
                  List.of(root.resolve("config/image/base.sh").toString(), cache.toString()));
    }
    Path java = JavaRuntime.linked(cache);
    GatewayFiles files = GatewayFiles.copy(root, target.resolve("home"), flags);
    RecordedStart.record(java, files, flags, target.resolve("recording"));
    String id = new ImageBuilder(java, files, cache).write(base, options.name(), options.out());
    System.out.printf(
        "%s, %,d bytes: %s %s%n", options.out(), Files.size(options.out()), options.name(), id);
  }

  private static Path cacheFolder() {
    String home = System.getenv("XDG_CACHE_HOME");
    Path caches =
        home == null || home.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(home);
    return caches.resolve("qaqpa/image");
  }
}
