package kz.qaqpa.cli.bench.scrape;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.cli.bench.Asking;
import kz.qaqpa.cli.bench.BenchClient.Measured;
import kz.qaqpa.cli.bench.BenchConnection;
import kz.qaqpa.cli.client.ServerError;
import org.jspecify.annotations.Nullable;

/**
 * Streams that are read by one thread, from now until they are closed. An answer that is over is
 * followed by the next question.
 */
final class OpenStreams implements AutoCloseable {
  private static final long LOOK_MILLIS = 100;

  private final Thread thread;
  private volatile boolean over;
  private volatile @Nullable Exception failure;

  /** Opens them. */
  OpenStreams(int port, byte[] question, int streams) {
    thread =
        Thread.ofPlatform()
            .daemon()
            .name("streams")
            .start(() -> {
              try {
                read(port, question, streams);
              } catch (IOException | ServerError e) {
                failure = e;
              }
            });
  }

  private void read(int port, byte[] question, int streams) throws IOException {
    List<BenchConnection> connections = new ArrayList<>();
    try (Selector selector = Selector.open()) {
      InetSocketAddress server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
      while (!over) {
        if (connections.size() < streams) {
          BenchConnection next = new BenchConnection(selector, server, asking(question));
          connections.add(next);
          next.ask();
          selector.selectNow();
        } else {
          selector.select(LOOK_MILLIS);
        }
        for (SelectionKey key : selector.selectedKeys()) {
          if (key.attachment() instanceof BenchConnection ready) {
            ready.ready();
          }
        }
        selector.selectedKeys().clear();
      }
    } finally {
      for (BenchConnection connection : connections) {
        connection.close();
      }
    }
  }

  private static Asking asking(byte[] question) {
    return new Asking() {
      @Override
      public byte[] next() {
        return question;
      }

      @Override
      public void answered(Measured measured) {}

      @Override
      public void refused(int status, String code, String message) {
        throw new ServerError(message);
      }
    };
  }

  /** Fails if a stream has. */
  void check() throws IOException {
    Exception now = failure;
    if (now != null) {
      throw new IOException("a stream failed: " + now.getMessage(), now);
    }
  }

  @Override
  public void close() throws IOException {
    over = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
