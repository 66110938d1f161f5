package kz.qaqpa.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.function.Supplier;
import reactor.netty.ChannelBindException;

/**
 * A place to listen at, told clearly where that is not possible.
 *
 * @param host name or address
 * @param port 0 for a free one
 * @param remedy how to choose another
 */
record Ports(String host, int port, String remedy) {

  /**
   * Binds and lets go, before anything else is done; whoever takes the port in between is noticed
   * when it is bound for good.
   *
   * @throws IllegalStateException if it cannot be bound
   */
  void probe() {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true); // As the server will: what lingers of its last run is no taker.
      socket.bind(new InetSocketAddress(host, port));
    } catch (IOException e) {
      throw taken(e);
    }
  }

  /**
   * Binds for good.
   *
   * @throws IllegalStateException if it cannot be bound
   */
  <T> T bind(Supplier<T> server) {
    try {
      return server.get();
    } catch (RuntimeException e) {
      if (isBindFailure(e)) {
        throw taken(e);
      }
      throw e;
    }
  }

  private IllegalStateException taken(Exception cause) {
    return new IllegalStateException(
        "cannot listen on "
            + host
            + ":"
            + port
            + ": the port is taken or the address is not this machine's; choose another with "
            + remedy,
        cause);
  }

  private static boolean isBindFailure(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof ChannelBindException || t instanceof UnknownHostException) {
        return true;
      }
    }
    return false;
  }
}
