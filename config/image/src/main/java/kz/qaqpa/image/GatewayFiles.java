package kz.qaqpa.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The gateway's files as they lie in the image under {@link #HOME}, laid out in a folder.
 *
 * @param folder that stands for {@link #HOME}
 * @param jars their names, in the order of the class path
 */
record GatewayFiles(Path folder, List<String> jars) {
  /** Where the gateway is in the image. */
  static final String HOME = "/opt/qaqpa";

  /** Jib gives files this time; the recorded start knows jars by size and time. */
  static final Instant TIME = Instant.ofEpochSecond(1);

  /**
   * Copies what a gateway needs.
   *
   * @param root of the project, in which the gateway is built
   * @param folder to copy to; what it has is deleted
   * @param flags of the JVM
   */
  static GatewayFiles copy(Path root, Path folder, String flags) throws IOException {
    JavaRuntime.delete(folder);
    Path lib = Files.createDirectories(folder.resolve("lib"));
    List<String> jars = new ArrayList<>();
    for (Path jar : classPath(root)) {
      String name = jar.getFileName().toString();
      if (foreign(name)) {
        continue;
      }
      if (jars.contains(name)) {
        throw new IOException(jar + ": its name is there already (expected: jars of other names)");
      }
      jars.add(name);
      Files.copy(jar, lib.resolve(name));
    }
    GatewayFiles files = new GatewayFiles(folder, jars);
    files.copyConfig(root.resolve("config"));
    Files.writeString(folder.resolve("java.args"), files.arguments(HOME, flags));
    files.setTimes();
    return files;
  }

  private static List<Path> classPath(Path root) throws IOException {
    Path target = root.resolve("gateway/target");
    List<Path> jars = new ArrayList<>();
    jars.add(target.resolve("qaqpa-gateway.jar"));
    for (String jar :
        Files.readString(target.resolve("runtime.libraries")).strip().split(":", -1)) {
      jars.add(Path.of(jar));
    }
    return jars;
  }

  /** Native libraries of other systems and processors. */
  private static boolean foreign(String jar) {
    boolean arm = System.getProperty("os.arch").equals("aarch64");
    return jar.contains("-osx-")
        || jar.contains("-windows-")
        || jar.endsWith(arm ? "-linux-x86_64.jar" : "-linux-aarch_64.jar");
  }

  private void copyConfig(Path config) throws IOException {
    for (String part : List.of("labels", "profiles", "models/kaz-mini")) {
      copyFolder(config.resolve(part), folder.resolve("config").resolve(part));
    }
    try (Stream<Path> files = Files.list(config)) {
      for (Path file : files.filter(file -> file.toString().endsWith(".yaml")).toList()) {
        Files.copy(file, folder.resolve("config").resolve(file.getFileName()));
      }
    }
  }

  private static void copyFolder(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path copy = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }

  private void setTimes() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.toList()) {
        Files.setLastModifiedTime(file, FileTime.from(TIME));
      }
    }
  }

  /** Whether a file under {@link #folder} is a jar of somebody else's. */
  static boolean isLibrary(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(".jar") && !name.startsWith("qaqpa-");
  }

  /** The class path with the jars at {@code home}. */
  String classPathAt(String home) {
    return String.join(":", jars.stream().map(jar -> home + "/lib/" + jar).toList());
  }

  private String arguments(String home, String flags) {
    return String.join("\n", flags.strip().split("\\s+", -1))
        + "\n-XX:AOTCache="
        + home
        + "/"
        + RecordedStart.FILE
        + "\n-Xlog:aot=off\n-Dqaqpa.root="
        + home
        + "\n-cp\n"
        + classPathAt(home)
        + "\n";
  }
}
