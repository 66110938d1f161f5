package kz.qaqpa.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import kz.qaqpa.http.net.HostNames;
import kz.qaqpa.http.route.PageRoute;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

class PageRouteTest {
  private final HttpClient client = HttpClient.newHttpClient();
  private DisposableServer server = HttpServer.create().host("127.0.0.1").port(0).bindNow();

  @BeforeEach
  void start() {
    server.disposeNow();
    PageRoute page = new PageRoute(new HostNames(List.of("ai.example.kz")));
    server = HttpServer.create().host("127.0.0.1").port(0).route(page::register).bindNow();
  }

  @AfterEach
  void stop() {
    client.close();
    server.disposeNow();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/?x=1", "/page.css", "/page.js", "/texts.js", "/gate.svg"})
  void servesItsFilesProtected(String path) throws Exception {
    HttpResponse<String> response = get(path, "Accept", "*/*");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body().replace("http://www.w3.org/2000/svg", ""))
        .isNotBlank()
        .doesNotContain("//cdn", "http://", "https://")
        .doesNotContain("localStorage", "sessionStorage", "document.cookie", "innerHTML");
    assertThat(response.headers().firstValue("Content-Security-Policy").orElse(""))
        .startsWith("default-src 'none'; script-src 'self'; style-src 'self'")
        .contains("frame-ancestors 'none'")
        .doesNotContain("unsafe");
    assertThat(response.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    assertThat(response.headers().firstValue("Referrer-Policy")).hasValue("no-referrer");
    assertThat(response.headers().firstValue("Cache-Control")).hasValue("no-cache");
  }

  @Test
  void saysWhatItIsInThreeLanguages() throws Exception {
    assertThat(get("/", "Accept", "*/*").body())
        .contains("<html lang=\"kk\">", "демонстрациялық модель", "кеңес те, ресми ақпарат та емес")
        .doesNotContain("style=", "onclick=");
    assertThat(get("/texts.js", "Accept", "*/*").body())
        .contains("kaz-mini, – демонстрационная", "is a demonstration");
  }

  @Test
  void anUnchangedFileIsNotSentAgain() throws Exception {
    String tag = get("/", "Accept", "*/*").headers().firstValue("ETag").orElseThrow();

    HttpResponse<String> again = get("/", "If-None-Match", tag);

    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
    assertThat(get("/", "If-None-Match", "\"other\"").statusCode()).isEqualTo(200);
  }

  @Test
  void headHasNoBody() throws Exception {
    HttpResponse<String> response =
        client.send(
            HttpRequest.newBuilder(uri("/"))
                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                .build(),
            BodyHandlers.ofString());

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValueAsLong("Content-Length").orElse(0)).isPositive();
    assertThat(response.body()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1:PORT", "LocalHost:PORT", "[::1]:PORT", "ai.example.kz"})
  void ownNamesAreServed(String host) throws IOException {
    assertThat(raw("Host: " + host + "\r\n")).startsWith("HTTP/1.1 200 ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Host: evil.example\r\n",
        "Host: evil.example:PORT\r\n",
        "Host: localhost\r\n",
        "Host: localhost:1\r\n",
        "Host: localhost.evil.example:PORT\r\n",
        "Host: 10.0.0.1:PORT\r\n",
        "Host: \r\n",
        "Host: қақпа:PORT\r\n",
      })
  void otherNamesAreMisdirected(String headers) throws IOException {
    assertThat(raw(headers))
        .startsWith("HTTP/1.1 421 ")
        .contains("\"type\":\"invalid_request_error\"", "\"code\":\"misdirected_request\"");
  }

  @Test
  void onlyOneHostHeaderIsRight() {
    HostNames names = new HostNames(List.of());
    InetSocketAddress local = new InetSocketAddress(InetAddress.getLoopbackAddress(), 8080);

    assertThat(names.accept(List.of("localhost:8080"), local, false)).isTrue();
    assertThat(names.accept(List.of(), local, false)).isFalse();
    assertThat(names.accept(List.of("localhost:8080", "localhost:8080"), local, false)).isFalse();
  }

  @Test
  void outsideLoopbackOnlyTheAddressAndConfiguredNamesAreOwn() throws IOException {
    HostNames names = new HostNames(List.of("AI.example.kz", "b.example.kz:8443"));
    InetSocketAddress local =
        new InetSocketAddress(InetAddress.getByAddress(new byte[] {10, 1, 2, 3}), 8080);

    assertThat(names.accept(List.of("10.1.2.3:8080"), local, false)).isTrue();
    assertThat(names.accept(List.of("ai.EXAMPLE.kz:444"), local, false)).isTrue();
    assertThat(names.accept(List.of("b.example.kz:8443"), local, false)).isTrue();
    assertThat(names.accept(List.of("b.example.kz"), local, false)).isFalse();
    assertThat(names.accept(List.of("localhost:8080"), local, false)).isFalse();
    assertThat(names.accept(List.of("10.1.2.3"), local, false)).isFalse();
    assertThatThrownBy(() -> new HostNames(List.of("http://a")))
        .hasMessage("hostNames: http://a (expected: a host name, with or without a port)");
  }

  private HttpResponse<String> get(String path, String header, String value) throws Exception {
    return client.send(
        HttpRequest.newBuilder(uri(path)).header(header, value).build(), BodyHandlers.ofString());
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }

  /** A request with headers that the JDK's client would not send. */
  private String raw(String headers) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      String request =
          "GET / HTTP/1.1\r\n"
              + headers.replace("PORT", String.valueOf(server.port()))
              + "Connection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
