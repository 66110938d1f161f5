package kz.qaqpa.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import kz.qaqpa.fixture.LogLines;
import kz.qaqpa.fixture.RawClient;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Headers in and out; and that nothing a client writes can break a header or a log line. */
class HeadersTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static TestGateway gateway;

  @BeforeAll
  static void start() {
    gateway =
        TestGateway.of(
            Script.saying("иә"),
            Script.model(
                TestGateway.CONTEXT,
                messages -> {
                  if (messages.getFirst().content().startsWith("break")) {
                    throw new IllegalStateException("secret\n2026 forged\u001b[31m\u009b1m");
                  }
                  return Script.encode(messages);
                }),
            http -> http);
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  @Test
  void ids_areKept_andLogged() throws Exception {
    try (LogLines log = new LogLines()) {
      String answer =
          send(
              "GET /v1/models HTTP/1.1",
              "x-request-id: my.id:1-2_3",
              "traceparent: 00-" + TRACE + "-b7ad6b7169203331-01");
      assertThat(answer)
          .contains("x-request-id: my.id:1-2_3\r\n")
          .containsPattern("openai-processing-ms: \\d+\r\n");
      assertThat(log.await("my.id:1-2_3")).contains("\"trace\":\"" + TRACE + "\"");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "a\u001b[31mb", "a\u009bb", "а", "x,y", ""})
  void badIds_areReplaced(String id) throws Exception {
    try (LogLines log = new LogLines()) {
      String answer = send("GET /livez HTTP/1.1", "x-request-id: " + id, "traceparent: " + id);
      if (!answer.startsWith("http/1.1 400")) {
        assertThat(answer).containsPattern("x-request-id: req-[0-9a-f]{32}\r\n");
      }
      assertClean(answer, log);
    }
  }

  @Test
  void errors_sayWhetherToRetry() throws Exception {
    assertThat(send("GET /v1/nothing HTTP/1.1")).contains("x-should-retry: false\r\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /v1/\u001b[31mred HTTP/1.1",
        "GET /v1/%0d%0aSet-Cookie:%20a=b HTTP/1.1",
        "GET /v1/%1b[31m?x=%0a\u001b[2J HTTP/1.1",
        "GET /v1/a?b=\u0007\u009b31m HTTP/1.1",
        "GET /v1/\u00c2\u009b31m HTTP/1.1",
        "G\u001bET /v1/models HTTP/1.1",
        "DEL\u009bETE /v1/models HTTP/1.1",
        "GET /v1/a\rb HTTP/1.1",
        "GET /v1/a\u0000b HTTP/1.1",
        "GET\t/v1/models\u000b HTTP/1.1"
      })
  void requestLines_breakNothing(String line) throws Exception {
    try (LogLines log = new LogLines()) {
      String answer = send(line);
      assertThat(answer)
          .containsPattern("^http/1.1 (200|404|400|405) ")
          .doesNotContain("\nset-cookie");
      assertClean(answer, log);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Authorization: Bearer \u001b[31m\u009b",
        "X-Other: \u001b]0;title\u0007",
        "Bad\u001bName: a",
        "Origin: \u001b[31m",
        "Content-Type: text/\u001b[31m",
        "Content-Encoding: \u001b[31m",
        "Accept: a\r b"
      })
  void headers_breakNothing(String header) throws Exception {
    try (LogLines log = new LogLines()) {
      assertClean(send("POST /v1/chat/completions HTTP/1.1", header, "Content-Length: 0"), log);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"model\":\"\\u001b[31m\\r\\nx\\u009b\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}",
        "{\"model\":\"kaz-mini\",\"messages\":[{\"role\":\"\\u001b[31m\\n\",\"content\":\"a\"}]}",
        "{\"model\":\"kaz-mini\",\"\\u001b[31m\\r\\n\":1,\"messages\":[]}",
        "{\"model\":\"kaz-mini\",\"user\":\"\\u001b[31m\\r\\n\",\"metadata\":{\"\\u001b\":\"\\n\"},"
            + "\"messages\":[{\"role\":\"user\",\"content\":\"\\u001b[31m\\r\\n\"}]}",
        "{\"model\":\"kaz-mini\",\"messages\":[{\"role\":\"user\",\"content\":\"break\"}]}",
        "{\"\u001b[31m\":"
      })
  void fields_breakNothing(String body) throws Exception {
    try (LogLines log = new LogLines();
        RawClient client = new RawClient(gateway.address())) {
      String answer = client.chat(body).readUntil("}}").toLowerCase(Locale.ROOT);
      assertClean(answer.substring(0, answer.indexOf("\r\n\r\n") + 4), log);
    }
  }

  @Test
  void unforeseenFailures_areLoggedWithoutTheirText() throws Exception {
    try (LogLines log = new LogLines()) {
      var answer = gateway.post(TestGateway.chat("break", ""));
      assertThat(answer.statusCode()).isEqualTo(500);
      assertThat(answer.headers().firstValue("x-should-retry")).hasValue("true");
      assertThat(answer.body()).doesNotContain("secret");
      assertThat(log.await(" failed\n"))
          .contains("WithoutText: java.lang.IllegalStateException\n", "HeadersTest")
          .doesNotContain("secret", "forged");
    }
  }

  @Test
  void messagesAndStackTraces_stayClean() {
    try (LogLines log = new LogLines()) {
      LoggerFactory.getLogger("kz.qaqpa.test")
          .error("a\n\u001b[31m\u009b", new IllegalStateException("b\u001b[31m\u009b"));
      // Others write too: a request's line comes a moment after its answer.
      List<String> own =
          log.lines().stream().filter(line -> line.contains(" kz.qaqpa.test ")).toList();
      assertThat(own).hasSize(1);
      assertThat(own.getFirst())
          .doesNotContainPattern("[\\p{Cntrl}\u0080-\u009f&&[^\n\t]]")
          .contains("a??[31m?", "IllegalStateException: b?[31m?")
          .containsOnlyOnce("IllegalStateException");
    }
  }

  /** One line for each record, beside stack traces, and no control character anywhere. */
  private static void assertClean(String answer, LogLines log) throws Exception {
    assertThat(answer.substring(0, Math.max(0, answer.indexOf("\r\n\r\n"))))
        .doesNotContainPattern("[\\p{Cntrl}\u0080-\u009f&&[^\r\n]]");
    gateway.awaitNothingLeft();
    assertThat(gateway.get("/v1/models").statusCode()).isEqualTo(200);
    for (String line : List.copyOf(log.lines())) {
      assertThat(line).doesNotContainPattern("[\\p{Cntrl}\u0080-\u009f&&[^\n\t]]");
      if (line.startsWith("{")) {
        assertThat(line.strip()).matches("\\{.*\\}");
      }
    }
  }

  private static String send(String line, String... headers) throws Exception {
    try (RawClient client = new RawClient(gateway.address())) {
      String authorization =
          List.of(headers).stream().anyMatch(header -> header.startsWith("Authorization"))
              ? ""
              : "Authorization: Bearer " + TestGateway.KEY + "\r\n";
      String more = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
      return client
          .send(line + "\r\nHost: a\r\nConnection: close\r\n" + authorization + more + "\r\n")
          .readAll()
          .toLowerCase(Locale.ROOT);
    }
  }
}
