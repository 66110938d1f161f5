package kz.qaqpa.admission.quota.redis;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import kz.qaqpa.fixture.Ports;

/**
 * A Redis of the test's own: a process on a free port of this machine, its data under {@code
 * target}, every write on disk before it is answered. It can be killed and come back on the same
 * port with the same data. Used by one thread.
 */
public final class RedisServer implements AutoCloseable {
  private static final long PATIENCE_NANOS = 20_000_000_000L;

  private final Path folder;
  private final List<String> options;
  private final int port;
  private Process process;

  private RedisServer(Path folder, int port, List<String> options) {
    this.folder = folder;
    this.port = port;
    this.options = List.copyOf(options);
    this.process = launch();
  }

  /**
   * Starts one and waits until it answers.
   *
   * @param options more of its own, such as {@code --requirepass}
   */
  public static RedisServer start(String... options) {
    try {
      Path parent = Files.createDirectories(Path.of("target", "redis").toAbsolutePath());
      return new RedisServer(
          Files.createTempDirectory(parent, "data"), Ports.free(), List.of(options));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Process launch() {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("redis-server", "--port", Integer.toString(port)));
    command.addAll(List.of("--bind", "127.0.0.1", "--dir", folder.toString(), "--save", ""));
    command.addAll(List.of("--appendonly", "yes", "--appendfsync", "always"));
    command.addAll(options);
    try {
      Process started =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(
                  ProcessBuilder.Redirect.appendTo(folder.resolve("redis.log").toFile()))
              .start();
      awaitAnswer(started);
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitAnswer(Process started) throws IOException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!answers()) {
      if (!started.isAlive() || System.nanoTime() > deadline) {
        started.destroyForcibly();
        throw new AssertionError(
            "redis-server does not answer:\n" + Files.readString(folder.resolve("redis.log")));
      }
      LockSupport.parkNanos(2_000_000);
    }
  }

  private boolean answers() {
    try {
      return !command("PING").startsWith("-LOADING");
    } catch (IOException _) {
      return false;
    }
  }

  /** Sends one command on a connection of its own; the first line of its reply, as it came. */
  public String command(String... words) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(10_000);
      StringBuilder text = new StringBuilder("*" + words.length + "\r\n");
      for (String word : words) {
        text.append('$').append(word.getBytes(StandardCharsets.UTF_8).length).append("\r\n");
        text.append(word).append("\r\n");
      }
      OutputStream out = socket.getOutputStream();
      out.write(text.toString().getBytes(StandardCharsets.UTF_8));
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      String line = in.readLine();
      if (line == null) {
        throw new IOException("no reply");
      }
      if (!line.startsWith("$") || line.equals("$-1")) {
        return line;
      }
      char[] body = new char[Integer.parseInt(line.substring(1))];
      int length = 0;
      while (length < body.length) {
        int read = in.read(body, length, body.length - length);
        if (read < 0) {
          throw new IOException("a cut reply");
        }
        length += read;
      }
      return new String(body);
    }
  }

  /** Where it is. */
  public int port() {
    return port;
  }

  /** As settings name it. */
  public String url() {
    return "redis://127.0.0.1:" + port;
  }

  /** Ends it at once, as the loss of its machine would. */
  public void kill() {
    try {
      process.destroyForcibly().waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Starts it again after {@link #kill}, with what it had written. */
  public void restart() {
    process = launch();
  }

  /** Removes what it had written, between {@link #kill} and {@link #restart}. */
  public void lose() throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!file.endsWith("redis.log")) {
          Files.delete(file);
        }
      }
    }
  }

  /** Stops the process, so that it takes connections and answers nothing; and lets it go on. */
  public void freeze(boolean frozen) throws IOException {
    String signal = frozen ? "-STOP" : "-CONT";
    try {
      new ProcessBuilder("kill", signal, Long.toString(process.pid())).start().waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    try {
      freeze(false);
      process.destroy();
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
