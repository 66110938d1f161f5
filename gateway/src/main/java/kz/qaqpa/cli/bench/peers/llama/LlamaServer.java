package kz.qaqpa.cli.bench.peers.llama;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import kz.qaqpa.cli.process.Child;
import kz.qaqpa.cli.process.Listening;

/** llama.cpp's own server, a program that somebody else has built. Any thread. */
public final class LlamaServer implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final String HOST = "127.0.0.1";

  private final Child child;
  private final int port;

  private LlamaServer(Child child, int port) {
    this.child = child;
    this.port = port;
  }

  /**
   * Starts it on a free port of this machine and waits until it has loaded its model.
   *
   * @param program its path
   * @param folder for its log
   * @param setup threads, slots and their length; the cache is what the server chooses
   * @throws IOException if it does not start; the message has the end of its log
   */
  public static LlamaServer start(Path program, Path gguf, Path folder, Llama.Setup setup)
      throws IOException, InterruptedException {
    if (!Files.isExecutable(program)) {
      throw new IOException("--llama-server: " + program + " (expected: a program)");
    }
    int port = Listening.freePort();
    List<String> command =
        List.of(
            program.toString(),
            "-m",
            gguf.toString(),
            "-np",
            String.valueOf(setup.sequences()),
            "-c",
            String.valueOf(setup.sequences() * setup.length()),
            "-t",
            String.valueOf(setup.threads()),
            "--host",
            HOST,
            "--port",
            String.valueOf(port),
            "--jinja");
    Child child = Child.program("llama-server", folder, Map.of(), command);
    try {
      child.dropOutput();
      Listening.await("--llama-server", child, port, "/health", PATIENCE);
      return new LlamaServer(child, port);
    } catch (IOException | InterruptedException | RuntimeException e) {
      child.close();
      throw e;
    }
  }

  /** The process, to look at. */
  public Child process() {
    return child;
  }

  /** Where it listens on 127.0.0.1. */
  public int port() {
    return port;
  }

  @Override
  public void close() {
    child.close();
  }
}
