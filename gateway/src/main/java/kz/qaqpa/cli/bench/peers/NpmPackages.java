package kz.qaqpa.cli.bench.peers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Packages of npm that a benchmark measures beside us, fetched when it runs. No script of theirs
 * runs while they are installed.
 */
public final class NpmPackages {
  private static final int PATIENCE_SECONDS = 300;

  private NpmPackages() {}

  /**
   * Installs packages where they are not yet.
   *
   * @param folder that they have to themselves; made when needed
   * @param packages with their versions, such as {@code name@1.2.3}
   * @return their {@code node_modules}
   * @throws IOException if npm is missing or fails; the message has its words
   */
  public static Path install(Path folder, String... packages)
      throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Path stamp = folder.resolve("installed"); // Written last: half an install is none.
    String wanted = String.join(" ", packages);
    if (!Files.exists(stamp) || !Files.readString(stamp).equals(wanted)) {
      Files.writeString(folder.resolve("package.json"), "{\"private\":true}");
      npm(folder, packages);
      Files.writeString(stamp, wanted);
    }
    return folder.resolve("node_modules");
  }

  private static void npm(Path folder, String... packages)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "npm",
                "install",
                "--no-audit",
                "--no-fund",
                "--no-save",
                "--ignore-scripts",
                "--no-package-lock",
                "--prefer-offline"));
    command.addAll(List.of(packages));
    Path log = folder.resolve("npm.log");
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
    } catch (IOException e) {
      throw new IOException("npm: cannot be started (expected: Node's npm on the PATH)", e);
    }
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException("npm install: not done after " + PATIENCE_SECONDS + " s");
    }
    if (process.exitValue() != 0) {
      throw new IOException(
          "npm install ended with "
              + process.exitValue()
              + ":\n"
              + Files.readString(log, StandardCharsets.UTF_8));
    }
  }
}
