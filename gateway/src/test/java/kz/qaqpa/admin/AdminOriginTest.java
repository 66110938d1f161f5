package kz.qaqpa.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import kz.qaqpa.fixture.Certificates;
import kz.qaqpa.fixture.RawClient;
import kz.qaqpa.http.TlsSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a page that is open on an operator's machine can try. */
class AdminOriginTest {
  @TempDir private Path folder;
  private AdminWorld world;

  @BeforeEach
  void open() throws IOException {
    world = new AdminWorld(folder);
  }

  @AfterEach
  void close() {
    world.close();
  }

  /** A name of the attacker's that points to 127.0.0.1 makes his page's requests "same origin". */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "evil.example.kz:PORT",
        "evil.example.kz",
        "localhost:8080",
        "localhost",
        "127.0.0.1",
        "127.0.0.1:1",
        "admin.example.kz.evil.kz:PORT",
        "127.0.0.2:PORT",
        "[::1%eth0]:PORT",
        "''"
      })
  void anotherHost_isRefused_alsoWithTheRightKey(String host) throws Exception {
    for (String path : new String[] {"/admin/agencies", "/healthz", "/metrics", "/nowhere"}) {
      assertThat(raw("GET " + path, host, ""))
          .startsWith("HTTP/1.1 403 ")
          .contains("host_not_allowed")
          .doesNotContain("minfin", "cess-control");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1:PORT", "localhost:PORT", "LOCALHOST:PORT", "admin.example.kz"})
  void itsOwnHosts_areServed(String host) throws Exception {
    assertThat(raw("GET /admin/agencies", host, "")).startsWith("HTTP/1.1 200 ").contains("minfin");
  }

  @Test
  void twoHosts_orOneThatIsNone_areRefused() throws Exception {
    assertThat(raw("GET /admin/agencies", "127.0.0.1:PORT@evil.kz", ""))
        .startsWith("HTTP/1.1 400 ");
    assertThat(raw("GET /admin/agencies", "127.0.0.1:PORT", "Host: evil.kz\r\n"))
        .startsWith("HTTP/1.1 400 ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://evil.kz",
        "https://evil.kz",
        "null",
        "http://localhost:8080",
        "http://127.0.0.1",
        "http://localhost:PORT",
        "http://127.0.0.1:PORT/",
        "http://127.0.0.1:PORT.evil.kz",
        "file://",
        ""
      })
  void anotherOrigin_isRefused(String origin) throws Exception {
    HttpResponse<String> response =
        world.send(
            AdminWorld.json(
                world
                    .request(AdminWorld.TAX_CHAT + "/suspend", AdminWorld.OPERATOR)
                    .header("Origin", port(origin)),
                AdminWorld.REASON));
    assertThat(AdminWorld.refusal(response)).isEqualTo("403 origin_not_allowed");
    assertThat(world.register.suspensions()).isEmpty();
    assertNoCors(response);
  }

  @Test
  void itsOwnOrigin_isServed() throws Exception {
    HttpResponse<String> response =
        world.send(
            world
                .request("/admin/agencies", AdminWorld.OPERATOR)
                .header("Origin", port("http://127.0.0.1:PORT")));
    assertThat(response.statusCode()).isEqualTo(200);
    assertNoCors(response);
  }

  /** "same-site" is a page of another port of this machine. */
  @ParameterizedTest
  @CsvSource({
    "cross-site,  403",
    "same-site,   403",
    "CROSS-SITE,  403",
    "same-origin, 200",
    "none,        200"
  })
  void fetchMetadata_isBelieved(String site, int status) throws Exception {
    HttpResponse<String> response =
        world.send(
            world.request("/admin/agencies", AdminWorld.OPERATOR).header("Sec-Fetch-Site", site));
    assertThat(response.statusCode()).isEqualTo(status);
    if (status == 403) {
      assertThat(AdminWorld.code(response)).isEqualTo("cross_site_request");
    }
  }

  /** A form and text without a type are what a page may post without being asked. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Type: application/x-www-form-urlencoded\r\n",
        "Content-Type: text/plain\r\n",
        "Content-Type: multipart/form-data; boundary=x\r\n",
        ""
      })
  void whatAFormCanPost_isNoJson(String type) throws Exception {
    for (String path : new String[] {"/admin/session", AdminWorld.TAX_CHAT + "/suspend"}) {
      assertThat(raw("POST " + path, "127.0.0.1:PORT", type))
          .startsWith("HTTP/1.1 415 ")
          .contains("unsupported_media_type");
    }
    assertThat(world.audited()).isEmpty();
  }

  /** A page may ask; it is told nothing, and no browser sends what it wanted to. */
  @Test
  void preflights_areNotAnswered() throws Exception {
    HttpResponse<String> own =
        world.send(
            world
                .request("/admin/agencies")
                .header("Origin", port("http://127.0.0.1:PORT"))
                .header("Access-Control-Request-Method", "POST")
                .header("Access-Control-Request-Headers", "authorization")
                .method("OPTIONS", BodyPublishers.noBody()));
    assertThat(AdminWorld.refusal(own)).isEqualTo("405 method_not_allowed");
    assertNoCors(own);
    HttpResponse<String> foreign =
        world.send(
            world
                .request("/admin/agencies")
                .header("Origin", "https://evil.kz")
                .header("Access-Control-Request-Method", "GET")
                .method("OPTIONS", BodyPublishers.noBody()));
    assertThat(foreign.statusCode()).isEqualTo(403);
    assertNoCors(foreign);
  }

  @Test
  void everyAnswer_isForNobodysCacheAndNobodysFrame() throws Exception {
    for (HttpResponse<String> response :
        new HttpResponse[] {
          world.get("/healthz", null),
          world.get("/admin/agencies", AdminWorld.OPERATOR),
          world.get("/admin/agencies", null),
          world.get("/nowhere", null),
          world.login("qpa_wrong"),
          world.login(AdminWorld.OPERATOR)
        }) {
      assertThat(response.headers().map())
          .containsEntry("cache-control", java.util.List.of("no-store"))
          .containsEntry("x-content-type-options", java.util.List.of("nosniff"))
          .containsKey("content-security-policy");
      assertNoCors(response);
    }
  }

  @Test
  void overTls_aPageInClearTextIsAnother_andTheCookieIsForTlsOnly() throws Exception {
    Certificates certificates = new Certificates(folder);
    HttpClient client = HttpClient.newBuilder().sslContext(certificates.client(false)).build();
    try (AdminWorld secure =
        new AdminWorld(
            folder.resolve("secure"), certificates.settings(TlsSettings.Client.NONE), client)) {
      String own = "://127.0.0.1:" + secure.address().getPort();
      HttpRequest.Builder request = secure.request("/admin/agencies", AdminWorld.OPERATOR);
      assertThat(secure.send(request.copy().header("Origin", "https" + own)).statusCode())
          .isEqualTo(200);
      assertThat(AdminWorld.refusal(secure.send(request.copy().header("Origin", "http" + own))))
          .isEqualTo("403 origin_not_allowed");
      HttpResponse<String> login = secure.login(AdminWorld.OPERATOR);
      assertThat(login.version()).isEqualTo(HttpClient.Version.HTTP_2);
      assertThat(login.headers().firstValue("set-cookie").orElseThrow())
          .matches(
              "__Secure-qaqpa-admin=[A-Za-z0-9_-]{43}; Path=/admin; Secure; HTTPOnly;"
                  + " SameSite=Strict");
    }
  }

  private static void assertNoCors(HttpResponse<String> response) {
    assertThat(response.headers().map().keySet())
        .noneMatch(name -> name.startsWith("access-control-"));
  }

  private String port(String text) {
    return text.replace("PORT", Integer.toString(world.address().getPort()));
  }

  private String raw(String line, String host, String more) throws IOException {
    String body = line.startsWith("POST") ? "{\"key\":\"x\",\"reason\":\"x\"}" : "";
    try (RawClient client = new RawClient(world.address())) {
      return client
          .send(
              line
                  + " HTTP/1.1\r\nHost: "
                  + port(host)
                  + "\r\nAuthorization: Bearer "
                  + AdminWorld.OPERATOR
                  + "\r\nConnection: close\r\nContent-Length: "
                  + body.length()
                  + "\r\n"
                  + more
                  + "\r\n"
                  + body)
          .readAll();
    }
  }
}
