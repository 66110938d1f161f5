package kz.qaqpa.tap;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Stands on a loopback port between a client and a gateway, passes every byte on unchanged and
 * keeps a copy. One virtual thread a direction; safe for use by any thread.
 */
public final class Tap implements AutoCloseable {
  private final ServerSocket listening;
  private final Supplier<InetSocketAddress> target;
  private final List<Line> lines = new ArrayList<>();

  private Tap(ServerSocket listening, Supplier<InetSocketAddress> target) {
    this.listening = listening;
    this.target = target;
  }

  /** A tap on a free port; the target is asked for at each new connection. */
  public static Tap to(Supplier<InetSocketAddress> target) {
    try {
      ServerSocket listening = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
      Tap tap = new Tap(listening, target);
      Thread.ofVirtual().name("tap").start(tap::accept);
      return tap;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where clients connect to, such as {@code http://127.0.0.1:40123}. */
  public String url() {
    return "http://127.0.0.1:" + listening.getLocalPort();
  }

  /** Exchanges that were not taken before and came whole, or whose connection has ended. */
  public List<WireExchange> take() {
    List<Line> all;
    synchronized (lines) {
      all = List.copyOf(lines);
    }
    List<WireExchange> taken = new ArrayList<>();
    for (Line line : all) {
      if (line.take(taken)) {
        synchronized (lines) {
          lines.remove(line);
        }
      }
    }
    return taken;
  }

  private void accept() {
    try {
      while (!listening.isClosed()) {
        Socket client = listening.accept();
        Line line = new Line(client);
        synchronized (lines) {
          lines.add(line);
        }
        Thread.ofVirtual().name("tap-line").start(line::run);
      }
    } catch (IOException _) {
      // Closed.
    }
  }

  @Override
  public void close() {
    try {
      listening.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    synchronized (lines) {
      lines.forEach(Line::end);
    }
  }

  private final class Line {
    private final Socket client;
    private final Socket server = new Socket();
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private volatile boolean ended;
    private int taken;

    private Line(Socket client) {
      this.client = client;
    }

    private void run() {
      try {
        server.connect(target.get());
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        Thread up = Thread.ofVirtual().name("tap-up").start(() -> pump(client, server, sent));
        pump(server, client, received);
        up.join();
      } catch (IOException | InterruptedException _) {
        // Nobody there: the client finds its connection closed.
      } finally {
        end();
      }
    }

    /** Either end gone ends both, as without a tap. */
    private void pump(Socket from, Socket to, ByteArrayOutputStream copy) {
      try {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        byte[] buffer = new byte[16 << 10];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          synchronized (this) {
            copy.write(buffer, 0, n);
          }
          out.write(buffer, 0, n);
        }
      } catch (IOException _) {
        // Seen by the other side below.
      }
      end();
    }

    private void end() {
      try (client;
          server) {
        ended = true;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Whether nothing more can come of this connection. */
    private boolean take(List<WireExchange> into) {
      boolean over = ended;
      List<WireExchange> all;
      synchronized (this) {
        all = WireParser.parse(sent.toByteArray(), received.toByteArray(), over);
      }
      while (taken < all.size() && (over || all.get(taken).complete())) {
        into.add(all.get(taken++));
      }
      return over;
    }
  }
}
