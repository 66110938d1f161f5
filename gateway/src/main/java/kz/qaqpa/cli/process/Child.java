package kz.qaqpa.cli.process;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A JVM of ours in a process of its own: same Java, same flags, same class path. Any thread. */
public final class Child implements AutoCloseable {
  /** Where {@code ./qaqpa} did not start us and give its own. */
  private static final String NEEDED =
      "--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow";

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration ORDER_PATIENCE = Duration.ofSeconds(30);

  /** Those that run: whoever ends this process ends them. */
  private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroy), "children"));
  }

  private final String name;
  private final Path log;
  private final Process process;
  private final BufferedReader out;
  private final BufferedWriter in;

  private Child(String name, Path log, Process process) {
    this.name = name;
    this.log = log;
    this.process = process;
    RUNNING.add(process);
    var _ = process.onExit().thenRun(() -> RUNNING.remove(process));
    this.out = process.inputReader(StandardCharsets.UTF_8);
    this.in = process.outputWriter(StandardCharsets.UTF_8);
  }

  /**
   * Starts a main class.
   *
   * @param name for messages, and of the file that its standard error goes to
   * @param environment added to this process's own
   */
  public static Child start(
      String name,
      Path folder,
      Map<String, String> environment,
      String mainClass,
      List<String> args)
      throws IOException {
    return start(name, folder, environment, List.of(), mainClass, args);
  }

  /**
   * The same with flags of the JVM beside our own.
   *
   * @param jvmFlags behind those that {@code ./qaqpa} gives
   */
  public static Child start(
      String name,
      Path folder,
      Map<String, String> environment,
      List<String> jvmFlags,
      String mainClass,
      List<String> args)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    String flags = System.getProperty("qaqpa.jvm.flags", NEEDED).strip();
    if (!flags.isEmpty()) {
      command.addAll(List.of(flags.split("\\s+", -1)));
    }
    String startCache = System.getProperty("qaqpa.start.cache", "");
    if (!startCache.isEmpty()) {
      command.addAll(List.of("-XX:AOTCache=" + startCache, "-Xlog:aot=off"));
    }
    command.addAll(jvmFlags);
    command.add("-Dqaqpa.root=" + System.getProperty("qaqpa.root", "."));
    command.add(mainClass);
    command.addAll(args);
    Path log = folder.resolve(name + ".log");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
    builder.environment().putAll(environment);
    // Not as an argument: ONNX Runtime's telemetry overruns its stack on a command line of some
    // kilobytes. Nor is that telemetry wanted; only "1" turns it off.
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().put("ORT_DISABLE_TELEMETRY", "1");
    return new Child(name, log, builder.start());
  }

  /**
   * Starts a program that is none of ours.
   *
   * @param name for messages, and of the file that its standard error goes to
   * @param environment added to this process's own
   * @param command its path and arguments
   * @throws IOException if it cannot be started
   */
  public static Child program(
      String name, Path folder, Map<String, String> environment, List<String> command)
      throws IOException {
    Path log = folder.resolve(name + ".log");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
    builder.environment().putAll(environment);
    return new Child(name, log, builder.start());
  }

  /**
   * The next line of its output that begins so.
   *
   * @throws IOException if it ends first; the message has the end of its log
   */
  public String awaitLine(String prefix) throws IOException {
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.startsWith(prefix)) {
        return line;
      }
    }
    List<String> lines = Files.readAllLines(log);
    throw new IOException(
        name
            + " ended without a line \""
            + prefix
            + "…\"; the end of "
            + log
            + ":\n"
            + String.join("\n", lines.subList(Math.max(0, lines.size() - 12), lines.size())));
  }

  /** Gives it a line of input. */
  public void tell(String line) throws IOException {
    in.write(line);
    in.newLine();
    in.flush();
  }

  /** Reads and drops what it prints from now on, so that it never waits for us. */
  public void dropOutput() {
    Thread.ofVirtual()
        .name(name + "-output")
        .start(() -> {
          try {
            out.transferTo(java.io.Writer.nullWriter());
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  /** User and system time since its start, of all its threads. */
  public Duration cpu() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  /** The same by threads; empty except on Linux. */
  public ThreadTimes threadTimes() throws IOException {
    return ThreadTimes.of(process.pid());
  }

  /**
   * Memory in MiB, by the name that Linux gives it; 0 elsewhere.
   *
   * @param field {@code VmRSS} for now, {@code VmHWM} for the most so far
   */
  public long memoryMib(String field) throws IOException {
    return status(field) / 1024;
  }

  /** Threads of the process, those of the JVM and of native libraries too; 0 except on Linux. */
  public long threads() throws IOException {
    return status("Threads");
  }

  /** Files, sockets and pipes that it has open; 0 except on Linux. */
  public long openFiles() throws IOException {
    Path folder = proc("fd");
    if (!Files.exists(folder)) {
      return 0;
    }
    try (var open = Files.list(folder)) {
      return open.count();
    }
  }

  private long status(String field) throws IOException {
    Path status = proc("status");
    if (!Files.exists(status)) {
      return 0;
    }
    try (var lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith(field + ":"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElse(0);
    }
  }

  private Path proc(String file) {
    return Path.of("/proc", String.valueOf(process.pid()), file);
  }

  /**
   * Gives it an order by the JDK's {@code jcmd}.
   *
   * @throws IOException if there is no such program, or it fails; the message has its last line
   */
  public void jcmd(String... order) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
    command.add(String.valueOf(process.pid()));
    command.addAll(List.of(order));
    Path answer = Files.createTempFile(log.toAbsolutePath().getParent(), "jcmd", ".txt");
    try {
      Process jcmd =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(answer.toFile())
              .start();
      if (!jcmd.waitFor(ORDER_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        jcmd.destroyForcibly();
      }
      if (jcmd.isAlive() || jcmd.exitValue() != 0) {
        List<String> lines = Files.readAllLines(answer);
        throw new IOException(
            String.join(" ", command.subList(1, command.size()))
                + " by jcmd failed (expected: exit code 0): "
                + (lines.isEmpty() ? "no answer" : lines.getLast()));
      }
    } finally {
      Files.deleteIfExists(answer);
    }
  }

  /** Its number, for tools. */
  public long pid() {
    return process.pid();
  }

  /** Whether it runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** The file that its standard error goes to. */
  public Path log() {
    return log;
  }

  /**
   * Asks it to end, and waits.
   *
   * @return its exit code, or -1 if it had to be killed after this time
   */
  public int stop(Duration patience) throws InterruptedException {
    process.destroy();
    if (process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
      return process.exitValue();
    }
    process.destroyForcibly();
    return -1;
  }

  /** Asks it to end, and insists after ten seconds. */
  @Override
  public void close() {
    try {
      stop(PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
