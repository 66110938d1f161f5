package kz.qaqpa.live;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** Another server than the gateway, with one page: where an agency's own pages come from. */
public final class PageServer implements AutoCloseable {
  private final HttpServer server;
  private volatile String page = "";

  private PageServer(HttpServer server) {
    this.server = server;
  }

  static PageServer start() {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      PageServer pages = new PageServer(server);
      server.createContext(
          "/",
          exchange -> {
            byte[] body = pages.page.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
            exchange.sendResponseHeaders(200, body.length);
            try (exchange) {
              exchange.getResponseBody().write(body);
            }
          });
      server.start();
      return pages;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What it serves from now on. */
  public void serve(String html) {
    page = html;
  }

  /** Its origin, which the gateway's configuration lists. */
  public String origin() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
