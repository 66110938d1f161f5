package kz.qaqpa.image;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A start of the gateway, kept for the JVM (JEP 514): its classes come loaded and linked. */
final class RecordedStart {
  /** Its name beside the gateway's files. */
  static final String FILE = "start.aot";

  private static final long END_SECONDS = 120;

  private RecordedStart() {}

  /**
   * Starts the laid out gateway with its own Java, lets it answer that it is ready, ends it and
   * puts what was recorded among its files.
   *
   * @param java folder of the linked Java
   * @param work for what the gateway writes; deleted
   */
  static void record(Path java, GatewayFiles files, String flags, Path work)
      throws IOException, InterruptedException {
    Files.createDirectories(work);
    Path recording = work.resolve(FILE);
    Process process = start(java, files, flags, work, recording);
    try {
      awaitReady(process, work);
      process.destroy();
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("the gateway whose start was recorded does not end");
      }
    } finally {
      process.destroyForcibly();
    }
    if (!Files.exists(recording)) {
      throw new IOException("no start was recorded: see " + work.resolve("log"));
    }
    Path kept = files.folder().resolve(FILE);
    Files.move(recording, kept);
    Files.setLastModifiedTime(kept, FileTime.from(GatewayFiles.TIME));
    JavaRuntime.delete(work);
  }

  private static Process start(
      Path java, GatewayFiles files, String flags, Path work, Path recording) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(java.resolve("bin/java").toString());
    command.addAll(List.of(flags.strip().split("\\s+", -1)));
    command.add("-XX:AOTCacheOutput=" + recording);
    command.add("-Dqaqpa.root=" + files.folder());
    command.addAll(
        List.of("kz.qaqpa.Main", "serve", "--host", "127.0.0.1", "--port", "0", "--admin-port"));
    command.addAll(List.of("0", "--state", work.resolve("state").toString()));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("CLASSPATH", files.classPathAt(files.folder().toString()));
    builder.environment().put("ORT_DISABLE_TELEMETRY", "1");
    builder.environment().put("QAQPA_ENGINE_CACHE_FOLDER", work.resolve("cache").toString());
    return builder.redirectError(work.resolve("log").toFile()).start();
  }

  private static void awaitReady(Process process, Path work) throws IOException {
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("admin ")) { // The last one of a start.
          return;
        }
      }
    }
    throw new IOException(
        "the gateway did not start: " + Files.readString(work.resolve("log")).strip());
  }
}
