package kz.qaqpa.live;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import kz.qaqpa.fixture.ServeJvm;

/**
 * {@code ./qaqpa serve} in a process of its own: the shipped model on the CPU engine, two
 * applications in a configuration folder. Used by one thread.
 */
final class ServeProcess implements AutoCloseable {
  private final Process process;
  private final InetSocketAddress address;

  private ServeProcess(Process process, InetSocketAddress address) {
    this.process = process;
    this.address = address;
  }

  /**
   * Starts it and waits until it is ready.
   *
   * @param folder for its configuration and what it says
   * @param port 0 for a free one
   * @throws AssertionError with what it said if it ends before that
   */
  static ServeProcess start(Path folder, int port) {
    return start(folder, port, Map.of());
  }

  /** The same with settings in its environment. */
  static ServeProcess start(Path folder, int port, Map<String, String> environment) {
    try {
      Path errors = folder.resolve("serve.err");
      ProcessBuilder builder = builder(folder, port);
      builder.environment().putAll(environment);
      Process process = builder.redirectError(errors.toFile()).start();
      BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
      String ready = out.readLine();
      if (ready == null || !ready.startsWith("ready ")) {
        process.destroyForcibly();
        throw new AssertionError("not ready: " + ready + "\n" + Files.readString(errors));
      }
      Thread.ofVirtual().start(() -> drain(out));
      URI uri = URI.create(ready.substring("ready ".length()));
      return new ServeProcess(process, new InetSocketAddress(uri.getHost(), uri.getPort()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ProcessBuilder builder(Path folder, int port) {
    return ServeJvm.builder(
        LiveGateway.KEY,
        // It lives for a minute: no time to pay for more.
        List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
        List.of(
            "--port",
            Integer.toString(port),
            "--admin-port",
            "0",
            "--state",
            folder.resolve("state").toString(),
            "--config",
            folder.toString()));
  }

  private static void drain(BufferedReader out) {
    try {
      out.transferTo(java.io.Writer.nullWriter());
    } catch (IOException _) {
      // It has ended.
    }
  }

  InetSocketAddress address() {
    return address;
  }

  static List<String> agencies(String sha256) {
    return List.of(
        "agencies:",
        "  - id: sandbox",
        "    name: {kk: Сынақ алаңы, ru: Песочница, en: Sandbox}",
        "    applications:",
        "      - {id: development, limits: {concurrentStreams: 256}}",
        "      - id: narrow",
        "        declaration:",
        "          purpose: {kk: сынақ, ru: проба, en: trial}",
        "          owner: {kk: иесі, ru: собственник, en: owner}",
        "          holder: {kk: иегер, ru: владелец, en: holder}",
        "          risk: minimal",
        "          autonomy: low",
        "          mode: closed",
        "          ground: [service_notice]",
        "        limits: {concurrentStreams: 1}",
        "        keys: [{sha256: " + sha256 + "}]");
  }

  /** The tap is what a reverse proxy is: browsers know another port than the gateway's own. */
  static List<String> settings(String origin) {
    return List.of(
        "server:", "  hostNames: [127.0.0.1]", "cors:", "  allowedOrigins: [\"" + origin + "\"]");
  }

  /** Asks it to end, as a supervisor does; may be called again. */
  void terminate() {
    process.destroy();
  }

  /** Waits until it has ended. */
  int exitCode(Duration patience) throws InterruptedException {
    if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("still running after " + patience);
    }
    return process.exitValue();
  }

  /** Ends it at once, as the loss of its machine would. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Asks it to end, as a supervisor does, and waits. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
