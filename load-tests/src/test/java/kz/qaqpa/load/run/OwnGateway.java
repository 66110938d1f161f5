package kz.qaqpa.load.run;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A gateway that a simulation starts on a free port of 127.0.0.1, in a process of its own. */
public final class OwnGateway implements AutoCloseable {
  private static final int END_SECONDS = 30;

  private final Process process;
  private final Path log;
  private final List<Caller> callers;
  private final String url;
  private final Thread onExit = new Thread(this::kill);

  private OwnGateway(Process process, Path log, List<Caller> callers) {
    this.process = process;
    this.log = log;
    this.callers = callers;
    Runtime.getRuntime().addShutdownHook(onExit);
    this.url = ready();
  }

  /**
   * Starts it and waits until it serves.
   *
   * @param root of the project, where the gateway is built
   * @param engine {@code synthetic}, or an engine that takes the shipped model
   * @param folder for its configuration, state and log
   * @throws IllegalStateException if it does not start; the message has the end of its log
   */
  public static OwnGateway start(Path root, String engine, Registry registry, Path folder) {
    try {
      List<Caller> callers = registry.write(folder.resolve("config"));
      Path log = folder.resolve("gateway.log");
      ProcessBuilder builder = new ProcessBuilder(command(root, engine, folder));
      // Not as an argument, and no telemetry: see docs/decisions.md, "ONNX Runtime's telemetry".
      builder.environment().put("CLASSPATH", classPath(root));
      builder.environment().put("ORT_DISABLE_TELEMETRY", "1");
      Process process = builder.redirectError(log.toFile()).start();
      return new OwnGateway(process, log, callers);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> command(Path root, String engine, Path folder) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:+UseCompactObjectHeaders",
            "-XX:+ExitOnOutOfMemoryError",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dqaqpa.root=" + root));
    Path cache =
        root.resolve("gateway/target/start-" + System.getProperty("java.runtime.version") + ".aot");
    if (Files.isRegularFile(cache) && Files.size(cache) > 0) {
      command.addAll(List.of("-XX:AOTCache=" + cache, "-Xlog:aot=off"));
    }
    command.addAll(
        List.of("kz.qaqpa.Main", "serve", "--port", "0", "--admin-port", "0", "--engine", engine));
    command.addAll(List.of("--config", folder.resolve("config").toString()));
    command.addAll(List.of("--state", folder.resolve("state").toString()));
    if (engine.equals("synthetic")) {
      command.addAll(List.of("--allow-synthetic", "--slots", "4096"));
    }
    return command;
  }

  private static String classPath(Path root) throws IOException {
    Path libraries = root.resolve("gateway/target/runtime.libraries");
    if (!Files.isRegularFile(libraries)) {
      throw new IllegalStateException(
          libraries + ": missing (expected: a gateway that is built, as ./qaqpa load does)");
    }
    return root.resolve("gateway/target/qaqpa-gateway.jar")
        + ":"
        + Files.readString(libraries).strip();
  }

  private String ready() {
    try {
      // Left open: what it prints later has to go somewhere.
      BufferedReader out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      String line = out.readLine();
      if (line == null || !line.startsWith("ready ")) {
        kill();
        List<String> lines = Files.readAllLines(log);
        throw new IllegalStateException(
            "the gateway did not start: "
                + String.join("\n", lines.subList(Math.max(0, lines.size() - 5), lines.size())));
      }
      Thread.ofVirtual().name("gateway-output").start(() -> out.lines().forEach(rest -> {}));
      return line.substring("ready ".length());
    } catch (IOException e) {
      kill();
      throw new UncheckedIOException(e);
    }
  }

  /** {@code http://127.0.0.1:PORT}. */
  public String url() {
    return url;
  }

  /** Who may ask. */
  public List<Caller> callers() {
    return callers;
  }

  /**
   * What the process has used.
   *
   * @param cpu of all its threads, user and system
   * @param residentBytes 0 where the system does not tell
   */
  public record Usage(Duration cpu, long residentBytes) {}

  /** What it has used until now. */
  public Usage usage() {
    return new Usage(process.info().totalCpuDuration().orElse(Duration.ZERO), resident());
  }

  private long resident() {
    try (Stream<String> lines = Files.lines(Path.of("/proc", process.pid() + "", "status"))) {
      return lines
          .filter(line -> line.startsWith("VmRSS:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0; // Another system than Linux.
    }
  }

  private void kill() {
    process.destroyForcibly();
  }

  /** Ends it as a service manager does, and in the end by force. */
  @Override
  public void close() {
    try {
      process.destroy();
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    } finally {
      Runtime.getRuntime().removeShutdownHook(onExit);
    }
  }
}
