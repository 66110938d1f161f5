package kz.qaqpa.admission.quota.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Between a store and its Redis: what is asked always arrives; of replies some are lost, and the
 * connection with them. Any thread.
 */
public final class LossyProxy implements AutoCloseable {
  private final ServerSocket listener;
  private final int to;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger replied = new AtomicInteger();
  private final AtomicInteger lost = new AtomicInteger();
  private volatile int oneIn;

  private LossyProxy(ServerSocket listener, int to) {
    this.listener = listener;
    this.to = to;
  }

  /** A proxy that loses nothing yet. */
  public static LossyProxy before(RedisServer server) {
    try {
      LossyProxy proxy =
          new LossyProxy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), server.port());
      Thread.ofVirtual().start(proxy::accept);
      return proxy;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** As settings name it. */
  public String url() {
    return "redis://127.0.0.1:" + listener.getLocalPort();
  }

  /** From now on each {@code packets}th packet of replies is lost; 0 for none. */
  public void lose(int packets) {
    oneIn = packets;
  }

  /** Packets that were lost. */
  public int lost() {
    return lost.get();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        open.add(client);
        Socket server = new Socket(InetAddress.getLoopbackAddress(), to);
        open.add(server);
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        Thread.ofVirtual().start(() -> pump(client, server, false));
        Thread.ofVirtual().start(() -> pump(server, client, true));
      } catch (IOException _) {
        // Redis is away: the client sees a connection that ends at once.
        closeAll();
      }
    }
  }

  private void closeAll() {
    open.forEach(LossyProxy::close);
    open.clear();
  }

  private void pump(Socket from, Socket into, boolean replies) {
    byte[] buffer = new byte[1 << 16];
    try (from;
        into) {
      InputStream in = from.getInputStream();
      OutputStream out = into.getOutputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        int odds = oneIn;
        if (replies && odds > 0 && replied.incrementAndGet() % odds == 0) {
          lost.incrementAndGet();
          return;
        }
        out.write(buffer, 0, read);
      }
    } catch (IOException _) {
      // One side is gone, and the other follows.
    } finally {
      open.remove(from);
      open.remove(into);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException _) {
      // Closed is what it was to be.
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException _) {
      // As above.
    }
    closeAll();
  }
}
