package kz.qaqpa.admission.identity;

import io.netty.handler.ssl.SslContext;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import kz.qaqpa.fixture.Certificates;
import kz.qaqpa.http.TlsSettings;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/** An identity provider's https address, on a free port of loopback. */
final class KeyServer implements AutoCloseable {
  private final Certificates certificates;
  private final DisposableServer server;
  private final AtomicInteger requests = new AtomicInteger();
  private volatile BiFunction<HttpServerRequest, HttpServerResponse, Publisher<Void>> answer;

  /**
   * Serves a key set.
   *
   * @param folder for its certificates
   */
  KeyServer(Path folder, String keys) throws Exception {
    this.certificates = new Certificates(folder);
    this.answer = text(keys);
    SslContext tls = certificates.settings(TlsSettings.Client.NONE).open("tls", _ -> {});
    this.server =
        HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .secure(spec -> spec.sslContext(Objects.requireNonNull(tls)))
            .handle((request, response) -> {
              requests.incrementAndGet();
              return answer.apply(request, response);
            })
            .bindNow();
  }

  /** What it answers from now on. */
  void answers(BiFunction<HttpServerRequest, HttpServerResponse, Publisher<Void>> with) {
    answer = with;
  }

  /** The same with a body. */
  void answers(String keys) {
    answer = text(keys);
  }

  private static BiFunction<HttpServerRequest, HttpServerResponse, Publisher<Void>> text(
      String body) {
    return (_, response) -> response.sendString(Mono.just(body));
  }

  String url() {
    return "https://localhost:" + server.port() + "/keys";
  }

  /** Who vouches for it. */
  Path authority() {
    return certificates.certificate().resolveSibling("ca.pem");
  }

  int requests() {
    return requests.get();
  }

  @Override
  public void close() {
    server.disposeNow();
  }
}
