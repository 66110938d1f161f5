package kz.qaqpa.sdk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import kz.qaqpa.live.LiveGateway;
import kz.qaqpa.testing.TestFolder;

/**
 * Node with the packages of {@code src/test/node/package.json}, installed once for each JVM of
 * tests, below {@code target}. Tests that use it are tagged {@code node}. Used by one thread.
 */
public final class NodeClients {
  private static final Path SOURCES = Path.of("src", "test", "node").toAbsolutePath();
  private static final Path FOLDER = TestFolder.of("node");

  private NodeClients() {}

  /**
   * The folder with the packages, and with the scenarios as they are now.
   *
   * @throws AssertionError with npm's words if they cannot be installed
   */
  public static Path folder() {
    try {
      Files.createDirectories(FOLDER);
      String wanted = Files.readString(SOURCES.resolve("package.json"));
      Path stamp = FOLDER.resolve("installed.json"); // Written last: half an install is none.
      copySources();
      if (!Files.exists(stamp) || !Files.readString(stamp).equals(wanted)) {
        install();
        Files.writeString(stamp, wanted);
      }
      return FOLDER;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void copySources() throws IOException {
    try (Stream<Path> files = Files.list(SOURCES)) {
      for (Path file : files.toList()) {
        Files.copy(file, FOLDER.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private static void install() throws IOException {
    List<String> command =
        List.of(
            "npm",
            "install",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--no-package-lock",
            "--prefer-offline");
    finish("npm install", start(command, FOLDER, "", ""), 240);
  }

  /** Starts a script of the folder against a gateway; what it says and complains of is one text. */
  public static Process run(Path script, String url, String key) {
    try {
      return start(List.of("node", script.toString()), FOLDER, url, key);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Process start(List<String> command, Path folder, String url, String key)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(new ArrayList<>(command))
            .directory(folder.toFile())
            .redirectErrorStream(true);
    builder.environment().put("QAQPA_URL", url);
    builder.environment().put("QAQPA_KEY", key);
    builder.environment().put("QAQPA_NARROW_KEY", LiveGateway.NARROW_KEY);
    return builder.start();
  }

  /** Waits for a process to end well; what it said. */
  public static String finish(String what, Process process, int seconds) {
    Thread killer =
        Thread.ofVirtual()
            .start(() -> {
              try {
                if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                  process.destroyForcibly();
                }
              } catch (InterruptedException _) {
                // It has ended.
              }
            });
    try {
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int code = process.waitFor();
      if (code != 0) {
        throw new AssertionError(what + " ended with " + code + ":\n" + said);
      }
      return said;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      throw new AssertionError(e);
    } finally {
      killer.interrupt();
    }
  }
}
