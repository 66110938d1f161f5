package kz.qaqpa.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import kz.qaqpa.fixture.RawClient;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import org.junit.jupiter.api.Test;

/** Over raw sockets: the JDK's client does not let a test set these headers. */
class CorsTest {
  private static final String OURS = "https://app.example.kz";
  private static final String ALLOWED = "access-control-allow-origin: " + OURS + "\r\n";

  @Test
  void off_sendsNothing() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying("иә"))) {
      assertThat(get(gateway, OURS)).startsWith("http/1.1 200").doesNotContain("access-", "vary");
      assertThat(preflight(gateway, OURS, "authorization"))
          .startsWith("http/1.1 405")
          .doesNotContain("access-", "vary");
    }
  }

  @Test
  void listedOrigins_areAllowed_othersAreNot() throws Exception {
    try (TestGateway gateway = gateway(false, OURS, "http://localhost:3000")) {
      assertThat(get(gateway, OURS))
          .contains(ALLOWED, "vary: origin\r\n", "access-control-expose-headers: x-request-id")
          .contains("ai-disclosure", "x-ratelimit-remaining-tokens")
          .doesNotContain("credentials");
      assertThat(get(gateway, "http://localhost:3000"))
          .contains("access-control-allow-origin: http://localhost:3000\r\n");
      for (String other :
          List.of(
              "https://app.example.kz.evil.example",
              "http://app.example.kz",
              "https://app.example.kz:444",
              "null",
              "*")) {
        assertThat(get(gateway, other))
            .startsWith("http/1.1 200")
            .contains("vary: origin\r\n")
            .doesNotContain("access-control");
        assertThat(preflight(gateway, other, "authorization"))
            .startsWith("http/1.1 405")
            .doesNotContain("access-control");
      }
    }
  }

  @Test
  void preflights_needNoKey() throws Exception {
    try (TestGateway gateway = gateway(true, OURS)) {
      assertThat(preflight(gateway, OURS, "authorization, content-type, x-stainless-lang"))
          .startsWith("http/1.1 204")
          .contains(ALLOWED, "access-control-allow-methods: post\r\n")
          .contains("access-control-allow-headers: authorization, content-type, x-stainless-lang")
          .contains("access-control-max-age: 600\r\n")
          .contains("access-control-allow-credentials: true\r\n")
          .contains("vary: origin\r\n", "x-request-id: ");
      assertThat(preflight(gateway, OURS, "a b;c")).doesNotContain("allow-headers");
      assertThat(preflight(gateway, OURS, "a,".repeat(40) + "a")).doesNotContain("allow-headers");
    }
  }

  @Test
  void errors_canBeReadToo() throws Exception {
    try (TestGateway gateway = gateway(false, OURS)) {
      assertThat(
              send(
                  gateway,
                  "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nOrigin: "
                      + OURS
                      + "\r\nContent-Length: 0"))
          .startsWith("http/1.1 401")
          .contains(ALLOWED);
    }
  }

  @Test
  void star_isForEveryPage() throws Exception {
    try (TestGateway gateway = gateway(false, "*")) {
      assertThat(get(gateway, "https://any.example"))
          .contains("access-control-allow-origin: *\r\n")
          .doesNotContain("vary", "credentials");
    }
  }

  private static TestGateway gateway(boolean credentials, String... origins) {
    return TestGateway.open(
        Script.saying("иә"),
        new CorsSettings(List.of(origins), credentials, Duration.ofMinutes(10)));
  }

  private static String get(TestGateway gateway, String origin) throws Exception {
    return send(gateway, "GET /livez HTTP/1.1\r\nHost: a\r\nOrigin: " + origin);
  }

  private static String preflight(TestGateway gateway, String origin, String headers)
      throws Exception {
    return send(
        gateway,
        "OPTIONS /v1/chat/completions HTTP/1.1\r\nHost: a\r\nOrigin: "
            + origin
            + "\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: "
            + headers);
  }

  private static String send(TestGateway gateway, String head) throws Exception {
    try (RawClient client = new RawClient(gateway.address())) {
      return client.send(head + "\r\nConnection: close\r\n\r\n").readAll().toLowerCase(Locale.ROOT);
    }
  }
}
