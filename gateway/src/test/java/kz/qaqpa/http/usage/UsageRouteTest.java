package kz.qaqpa.http.usage;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import kz.qaqpa.fixture.LeakRecorder;
import kz.qaqpa.fixture.RawClient;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.fixture.UsageRecords;
import kz.qaqpa.http.UsageServer;
import kz.qaqpa.language.Language;
import kz.qaqpa.ledger.LedgerFailure;
import kz.qaqpa.ledger.UsageRecord;
import kz.qaqpa.report.ReportSettings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the serving port answers, and to whom. */
class UsageRouteTest {
  private static final List<UsageRecord> RECORDS =
      List.of(
          UsageRecords.at("2026-10-31T18:59:59Z").record(),
          UsageRecords.at("2026-11-02T18:00:00Z").cached(4).record(),
          UsageRecords.at("2026-11-02T18:30:00Z").in(Language.RU).charged(30, 40, 15, 20).record(),
          UsageRecords.at("2026-11-02T18:40:00Z").of("minfin", "archive").record(),
          UsageRecords.at("2026-11-02T18:50:00Z").of("kgd", "chat").record(),
          UsageRecords.at("2026-11-15T18:59:59Z").record(),
          UsageRecords.at("2026-11-15T19:00:00Z").record());

  private static UsageServer server;

  @BeforeAll
  static void start() {
    server = UsageServer.serving(new ReportSettings(2, 3));
  }

  @BeforeEach
  void records() {
    server.usage().with(Flux.fromIterable(RECORDS));
    server.usage().asked().clear();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    TestGateway.await(() -> server.reports().inTheMaking() == 0 && server.usage().open() == 0);
  }

  @AfterAll
  static void stop() {
    server.close();
    LeakRecorder.assertNone();
  }

  @Test
  void anApplicationSeesItself_inThisMonth_byDay() throws Exception {
    HttpResponse<String> answer = server.get("", TestGateway.KEY);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
    assertThat(answer.headers().firstValue("cache-control")).hasValue("no-store");
    assertThat(answer.headers().firstValue("vary")).hasValue("Accept");
    assertThat(answer.headers().firstValue("transfer-encoding")).hasValue("chunked");
    JsonNode json = json(answer);
    assertThat(json.path("from").asString()).isEqualTo("2026-11-01T00:00:00+05:00");
    assertThat(json.path("to").asString()).isEqualTo("2026-11-16T00:00:00+05:00");
    assertThat(json.path("bucket").asString()).isEqualTo("day");
    assertThat(json.path("group_by").toString())
        .isEqualTo("[\"agency\",\"application\",\"model\",\"language\"]");
    assertThat(json.path("data").size()).isEqualTo(3);
    assertThat(json.path("data").path(1).path("language").asString()).isEqualTo("ru");
    assertThat(json.path("total").path("requests").asInt()).isEqualTo(3);
    assertThat(json.path("languages").path(1).path("tokens_per_character").asDouble())
        .isEqualTo(0.75);
    assertThat(server.usage().asked())
        .containsExactly("minfin chat 2026-10-31T19:00:00Z 2026-11-15T19:00:00Z");
  }

  @Test
  void csv_byParameterOrHeader() throws Exception {
    String rows =
        """
        2026-11-02,2026-11-02T00:00:00+05:00,kk,1,10,4,5,40,20,0.2500\r
        2026-11-02,2026-11-02T00:00:00+05:00,ru,1,30,0,15,40,20,0.7500\r
        2026-11-15,2026-11-15T00:00:00+05:00,kk,1,10,0,5,40,20,0.2500\r
        """;
    for (HttpResponse<String> answer :
        List.of(
            server.get("?group_by=language&format=csv", TestGateway.KEY),
            server.get("?group_by=language", TestGateway.KEY, "Accept", "text/csv"))) {
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("content-type"))
          .hasValue("text/csv; charset=utf-8; header=present");
      assertThat(answer.headers().firstValue("content-disposition"))
          .hasValue("attachment; filename=\"usage-minfin-chat-2026-11-01-2026-11-16.csv\"");
      assertThat(answer.headers().firstValue("x-content-type-options")).hasValue("nosniff");
      assertThat(answer.body()).startsWith("period,start,language,requests,").endsWith(rows);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "text/csv | csv",
        "text/* | csv",
        "TEXT/CSV; charset=utf-8 | csv",
        "application/json;q=0.5, text/csv | csv",
        "text/csv;q=0.9, application/json;q=0.8 | csv",
        "application/json, text/csv | json",
        "text/csv;q=0, */* | json",
        "*/* | json",
        "text/html, */*;q=0.1 | json",
        "text/csv;q=0.5, */* | json",
        "text/csv;q=never | csv",
        "nonsense | json",
        ";;,,/;q= | json",
      })
  void acceptHeaders(String accept, String format) throws Exception {
    HttpResponse<String> answer = server.get("", TestGateway.KEY, "Accept", accept);
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type").orElse("")).contains(format);
  }

  @Test
  void timesMayBeDatesOrInstants() throws Exception {
    for (String range :
        List.of(
            "from=2026-11-02&to=2026-11-03",
            "from=2026-11-01T19:00:00Z&to=2026-11-02T19:00:00.000z",
            "from=2026-11-02T00:00:00%2B05:00&to=2026-11-03T00:00:00+05:00")) {
      assertThat(server.get("?" + range, TestGateway.KEY).statusCode()).isEqualTo(200);
      assertThat(server.usage().asked().getLast())
          .isEqualTo("minfin chat 2026-11-01T19:00:00Z 2026-11-02T19:00:00Z");
    }
  }

  @Test
  void theAgencyIsForApplicationsThatMaySeeIt() throws Exception {
    JsonNode all = json(server.get("?scope=agency&group_by=application", TestGateway.KEY));
    assertThat(all.path("data").findValuesAsString("application"))
        .containsExactly("archive", "chat", "chat");
    JsonNode one = json(server.get("?scope=agency&application=archive", TestGateway.KEY));
    assertThat(one.path("data").findValuesAsString("application")).containsExactly("archive");
    JsonNode own = json(server.get("?scope=application&application=chat", TestGateway.KEY));
    assertThat(own.path("total").path("requests").asInt()).isEqualTo(3);
    assertThat(server.get("", TestGateway.OTHER_KEY).body())
        .contains("\"application\":\"archive\"");
    refused(server.get("?scope=agency", TestGateway.OTHER_KEY), 403, "report_not_allowed");
    refused(server.get("?application=chat", TestGateway.OTHER_KEY), 403, "report_not_allowed");
    refused(server.get("?agency=kgd", TestGateway.KEY), 400, "unknown_parameter");
  }

  @Test
  void withoutAKeyNothingIsRead() throws Exception {
    refused(server.get("?from=x", "qpk_unknown"), 401, "invalid_api_key");
    assertThat(server.usage().asked()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "from=2026-13-01 | from: \"2026-13-01\" (expected: a date such as",
        "from=2026-02-30 | from: \"2026-02-30\" (expected: a date such as",
        "from= | from: \"\" (expected: a date such as",
        "from=yesterday | from: \"yesterday\" (expected: a date such as",
        "from=2026-11-01T25:00:00Z | from: \"2026-11-01T25:00:00Z\" (expected: a date",
        "from=2026-11-01T00:00:00 | from: \"2026-11-01T00:00:00\" (expected: a date",
        "from=%2B999999999-01-01T00:00:00Z | from: \"+999999999-01-01T00:00:00Z\" (expected: a",
        "from=1999-12-31 | from: \"1999-12-31\" (expected: a time of the years 2000 to 2199)",
        "to=9999-12-31 | to: \"9999-12-31\" (expected: a time of the years 2000 to 2199)",
        "from=2026-11-03&to=2026-11-03 | to: \"2026-11-03\" (expected: after from, which is \"2026",
        "to=2026-11-01 | to: \"2026-11-01\" (expected: after from, which is 2026-11-01)",
        "from=2026-12-01 | from: \"2026-12-01\" (expected: before tomorrow)",
        "bucket=week | bucket: \"week\" (expected: hour, day or month)",
        "bucket=DAY | bucket: \"DAY\" (expected: hour, day or month)",
        "group_by=user | group_by: \"user\" (expected: some of agency, application, model, language",
        "group_by=model, | group_by: \"\" (expected: some of agency",
        "group_by=model,model | group_by: \"model,model\" (expected: each name once)",
        "format=xml | format: \"xml\" (expected: json or csv)",
        "scope=all | scope: \"all\" (expected: application or agency)",
        "application=../x | application: \"../x\" (expected: 1 to 64 of a-z",
        "application= | application: \"\" (expected: 1 to 64 of a-z",
        "form=csv | query: \"form\" (expected: from, to, bucket",
        "from=2026-11-01&from=2026-11-02 | \"from\": given 2 times (expected: once)",
        "from=%zz | query: malformed (expected: name=value, percent-encoded)",
        "from=%00%1b[2J | from: \"\\u0000\\u001b[2J\" (expected: a date such as",
        "from=%ff%fe | (expected: a date such as",
        "a=1;b=2 | query: \"a\" (expected: from, to, bucket",
      })
  void badParametersAreNamed(String query, String message) throws Exception {
    // Java's own URI would not send some of these.
    try (RawClient client = new RawClient(server.address())) {
      String answer =
          client
              .send(
                  "GET /v1/usage?"
                      + query
                      + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer "
                      + TestGateway.KEY
                      + "\r\n\r\n")
              .readAll();
      assertThat(answer).startsWith("HTTP/1.1 400 ");
      JsonNode error =
          JsonMapper.builder()
              .build()
              .readTree(answer.substring(answer.indexOf("\r\n\r\n")))
              .path("error");
      assertThat(error.path("message").asString()).contains(message);
      assertThat(error.path("type").asString()).isEqualTo("invalid_request_error");
    }
    assertThat(server.usage().asked()).isEmpty();
  }

  @Test
  void longValuesAreCut() throws Exception {
    HttpResponse<String> answer =
        server.get(
            "?bucket=" + URLEncoder.encode("қ".repeat(2000), StandardCharsets.UTF_8),
            TestGateway.KEY);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body().length()).isLessThan(400);
    StringBuilder many = new StringBuilder("?");
    for (int i = 0; i < 500; i++) {
      many.append('a').append(i).append("=1&");
    }
    refused(server.get(many.toString(), TestGateway.KEY), 400, "unknown_parameter");
  }

  @Test
  void onlyGet() throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(URI.create(server.url() + "/v1/usage"))
                  .POST(BodyPublishers.ofString("{}"))
                  .build(),
              BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(405);
      assertThat(answer.headers().firstValue("allow")).hasValue("GET");
    }
  }

  @Test
  void aLedgerThatIsAwayIs503_otherFailuresAre500() throws Exception {
    server.usage().with(Flux.error(new LedgerFailure("ledger: away (expected: the database)")));
    HttpResponse<String> away = server.get("", TestGateway.KEY);
    refused(away, 503, "overloaded");
    assertThat(away.body()).contains("ledger: away");
    assertThat(away.headers().firstValue("content-type")).hasValue("application/json");
    server.usage().with(Flux.error(new IllegalStateException("secret")));
    HttpResponse<String> failed = server.get("?format=csv", TestGateway.KEY);
    refused(failed, 500, "internal_error");
    assertThat(failed.body()).doesNotContain("secret");
  }

  private static void refused(HttpResponse<String> answer, int status, String code) {
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(json(answer).path("error").path("code").asString()).isEqualTo(code);
  }

  private static JsonNode json(HttpResponse<String> answer) {
    return JsonMapper.builder().build().readTree(answer.body());
  }
}
