package kz.qaqpa.cli.bench.peers.proxy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import kz.qaqpa.cli.bench.peers.NpmPackages;
import kz.qaqpa.cli.process.Child;
import kz.qaqpa.cli.process.Listening;

/**
 * The open-source gateway of Portkey, from npm, in a process of its own on Node. It is told by
 * headers of each request where to send it. Any thread.
 */
final class Portkey implements AutoCloseable {
  static final String PACKAGE = "@portkey-ai/gateway";
  static final String VERSION = "1.15.2";

  /**
   * It adds headers to the answers of {@code fetch}, which Node does not allow: each streamed
   * answer would be a 500. So it gets a copy of them whose headers can be changed.
   */
  private static final String PRELOAD =
      """
      const { fetch, Response } = globalThis;
      globalThis.fetch = async (...args) => {
        const answer = await fetch(...args);
        return new Response(answer.body, answer);
      };
      """;

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Child child;
  private final int port;

  private Portkey(Child child, int port) {
    this.child = child;
    this.port = port;
  }

  /**
   * Installs it where it is not yet, and starts it on a free port.
   *
   * @param packages folder to install into
   * @param folder for its log
   * @throws IOException if npm or Node is missing, or it does not start
   */
  static Portkey start(Path packages, Path folder) throws IOException, InterruptedException {
    Path script =
        NpmPackages.install(packages, PACKAGE + "@" + VERSION)
            .resolve(PACKAGE)
            .resolve("build/start-server.js");
    Path preload = Files.writeString(folder.resolve("portkey-fetch.cjs"), PRELOAD);
    int port = Listening.freePort();
    Child child =
        Child.program(
            "portkey",
            folder,
            Map.of("NODE_ENV", "production"),
            List.of(
                "node",
                "--require",
                preload.toString(),
                script.toString(),
                "--headless",
                "--port=" + port));
    try {
      child.dropOutput();
      Listening.await("Portkey", child, port, "/", PATIENCE);
      return new Portkey(child, port);
    } catch (IOException | InterruptedException | RuntimeException e) {
      child.close();
      throw e;
    }
  }

  /** Headers with which it passes a request on to this port of 127.0.0.1. */
  static List<String> headers(int upstream) {
    return List.of(
        "x-portkey-provider: openai",
        "x-portkey-custom-host: http://127.0.0.1:" + upstream + "/v1");
  }

  Child process() {
    return child;
  }

  int port() {
    return port;
  }

  @Override
  public void close() {
    child.close();
  }
}
