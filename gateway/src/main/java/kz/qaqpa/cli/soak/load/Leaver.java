package kz.qaqpa.cli.soak.load;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.random.RandomGenerator;

/**
 * Asks, and leaves before the answer is over: while it sends, while it waits, or while it reads; by
 * closing its connection, or by resetting it.
 */
public final class Leaver implements User {
  private static final int MAX_TOKENS = 200;
  private static final int LONGEST_READ = 20_000;
  private static final int CONNECT_MILLIS = 20_000;

  /** An answer that is over leaves its connection open, and silent. */
  private static final int READ_MILLIS = 5_000;

  private final Site site;
  private final String key;

  public Leaver(Site site, String key) {
    this.site = site;
    this.key = key;
  }

  @Override
  public String name() {
    return "leaver";
  }

  @Override
  public int pauseMillis() {
    return 500;
  }

  @Override
  public void turn(RandomGenerator random) throws IOException {
    byte[] request = site.raw(key, site.chat(random, true, MAX_TOKENS));
    try (Socket socket = connect(site, 0)) {
      int phase = random.nextInt(4);
      int sent = phase == 0 ? random.nextInt(1, request.length) : request.length;
      socket.getOutputStream().write(request, 0, sent);
      if (phase > 1) {
        skip(socket.getInputStream(), random.nextInt(1, LONGEST_READ));
      }
      if (random.nextBoolean()) {
        socket.setSoLinger(true, 0); // Closing resets.
      }
      site.outcomes().expected("leaver: left");
    } catch (SocketTimeoutException e) {
      site.outcomes().expected("leaver: had the whole answer");
    }
  }

  private static void skip(InputStream in, int most) throws IOException {
    byte[] buffer = new byte[1024];
    int left = most;
    while (left > 0) {
      int n = in.read(buffer, 0, Math.min(left, buffer.length));
      if (n < 0) {
        return;
      }
      left -= n;
    }
  }

  /**
   * A connection to the gateway.
   *
   * @param window bytes that it takes in at once; 0 for the usual number
   * @return one whose reads time out after some seconds
   */
  static Socket connect(Site site, int window) throws IOException {
    Socket socket = new Socket();
    try {
      if (window > 0) {
        socket.setReceiveBufferSize(window);
      }
      socket.setSoTimeout(READ_MILLIS);
      InetAddress host = InetAddress.getByName(site.api().getHost());
      socket.connect(new InetSocketAddress(host, site.api().getPort()), CONNECT_MILLIS);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }
}
