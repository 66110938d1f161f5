package kz.qaqpa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.fixture.UsageRecords;
import kz.qaqpa.http.UsageServer;
import kz.qaqpa.http.usage.Reader;
import kz.qaqpa.http.wire.Exchange;
import kz.qaqpa.language.Language;
import kz.qaqpa.ledger.UsageRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

class UsageCommandTest {
  private static final String KEY = "qpa_key_of_an_operator";

  private final List<String> keys = new CopyOnWriteArrayList<>();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private UsageServer server = UsageServer.administering(this::reader);
  @TempDir private Path folder;

  private Mono<Reader> reader(Exchange exchange) {
    String key = String.valueOf(exchange.header("Authorization"));
    keys.add(key);
    if (!key.equals("Bearer " + KEY)) {
      throw new Refusal.Unauthorized("Authorization: unknown key (expected: an operator's)");
    }
    return Mono.just(new Reader.OfAll("operator:duty"));
  }

  @BeforeEach
  void records() {
    server
        .usage()
        .with(
            Flux.just(
                UsageRecords.at("2026-11-02T18:00:00Z")
                    .charged(1_204_311, 4_000_000, 99_000, 500_000)
                    .record(),
                UsageRecords.at("2026-11-02T18:30:00Z")
                    .in(Language.RU)
                    .charged(900_000, 1_000_000, 100_000, 100_000)
                    .record(),
                UsageRecords.at("2026-11-03T09:30:00Z").model("\u001b[31mқ").cached(7).record()));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private int usage(String... args) throws Exception {
    List<String> all = new ArrayList<>(List.of("--url", server.url(), "--key", KEY));
    all.addAll(Arrays.asList(args));
    return run(Map.of(), all.toArray(new String[0]));
  }

  private int run(Map<String, String> environment, String... args) throws Exception {
    out.reset();
    err.reset();
    return UsageCommand.run(List.of(args), environment, print(out), print(err));
  }

  private static PrintStream print(OutputStream to) {
    return new PrintStream(to, true, StandardCharsets.UTF_8);
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aMonthAsATable_withTotalsOfEachLanguage() throws Exception {
    assertThat(usage("--agency", "minfin", "--month", "2026-11")).as(err()).isZero();
    assertThat(out())
        .isEqualTo(
            """
            period      agency  application  model     language  requests  tokens in  cached  \
            tokens out  characters in  characters out  tokens/character
            2026-11-02  minfin  chat         kaz-mini  kk               1  1,204,311       0  \
                99,000      4,000,000         500,000             0.290
            2026-11-02  minfin  chat         kaz-mini  ru               1    900,000       0  \
               100,000      1,000,000         100,000             0.909
            2026-11-03  minfin  chat         [31mқ     kk               1         10       7  \
                     5             40              20             0.250

            language  requests  tokens in  cached  tokens out  characters in  characters out  \
            tokens/character
            kk               2  1,204,321       7      99,005      4,000,040         500,020  \
                       0.290
            ru               1    900,000       0     100,000      1,000,000         100,000  \
                       0.909
            all              3  2,104,321       7     199,005      5,000,040         600,020  \
                       0.411
            """);
    assertThat(server.usage().asked())
        .containsExactly("minfin null 2026-10-31T19:00:00Z 2026-11-30T19:00:00Z");
    assertThat(keys).containsExactly("Bearer " + KEY);
  }

  @Test
  void optionsReachTheServer() throws Exception {
    assertThat(
            usage(
                "--agency",
                "minfin",
                "--application",
                "chat",
                "--by",
                "language",
                "--bucket",
                "month",
                "--from",
                "2026-10-01",
                "--to",
                "2026-12-01",
                "--format",
                "csv"))
        .as(err())
        .isZero();
    assertThat(out())
        .startsWith("period,start,language,requests,")
        .contains("2026-11,2026-11-01T00:00:00+05:00,kk,2,1204321,7,99005,");
    assertThat(usage("--by", "", "--format", "json", "--month", "2026-12")).isZero();
    assertThat(out())
        .startsWith("{\"object\":\"usage.report\",\"from\":\"2026-12-01T")
        .endsWith("}}\n");
    assertThat(usage("--month", "2026-12")).isZero();
    assertThat(out()).isEqualTo("nothing was used\n");
  }

  /** More rows than the widths are taken from; the rows come before the report is over. */
  @Test
  void longReportsAreStreamed() throws Exception {
    UsageRecords form = UsageRecords.at("2026-01-01T00:00:00Z");
    List<UsageRecord> hourly = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      hourly.add(form.at(Instant.parse("2026-01-01T00:00:00Z").plus(Duration.ofHours(i))).record());
    }
    server.usage().with(Flux.fromIterable(hourly));
    assertThat(usage("--from", "2026-01-01", "--bucket", "hour", "--by", "")).isZero();
    List<String> lines = out().lines().toList();
    assertThat(lines).hasSize(1 + 1000 + 1 + 3);
    assertThat(lines.get(1)).startsWith("2026-01-01T05:00+05:00         1         10       0");
    assertThat(lines.get(1000)).startsWith("2026-02-11T20:00+05:00         1         10       0");
    assertThat(lines.getLast()).startsWith("all          1,000     10,000");
  }

  @Test
  void theKeyComesFromTheEnvironment_orFromTheFileOfAGatewayHere() throws Exception {
    Map<String, String> variable = Map.of("QAQPA_OPERATOR_KEY", KEY);
    assertThat(run(variable, "--url", server.url())).as(err()).isZero();
    Map<String, String> state = Map.of("QAQPA_LEDGER_FOLDER", folder.toString());
    assertThat(run(state, "--url", server.url())).isEqualTo(1);
    assertThat(err())
        .isEqualTo(
            "no key (expected: --key, QAQPA_OPERATOR_KEY, or "
                + folder.resolve("admin.key")
                + " of a gateway that runs on this machine)\n");
    Files.writeString(folder.resolve("admin.key"), KEY + "\n");
    assertThat(run(state, "--url", server.url())).as(err()).isZero();
    assertThat(run(state, "--url", server.url().replace("127.0.0.1", "localhost"))).isZero();
    Path config = Files.createDirectories(folder.resolve("config"));
    Files.writeString(config.resolve("qaqpa.yaml"), "ledger:\n  folder: " + folder + "\n");
    assertThat(run(Map.of(), "--url", server.url(), "--config", config.toString()))
        .as(err())
        .isZero();
  }

  /** What lies on this machine opens this machine's gateway; no other gets to see it. */
  @Test
  void theKeyOfThisMachineIsNotSentElsewhere() throws Exception {
    Files.writeString(folder.resolve("admin.key"), KEY);
    Map<String, String> state = Map.of("QAQPA_LEDGER_FOLDER", folder.toString());
    assertThat(run(state, "--url", "http://192.0.2.1:8081")).isEqualTo(1);
    assertThat(err()).isEqualTo("no key for 192.0.2.1 (expected: --key or QAQPA_OPERATOR_KEY)\n");
  }

  @Test
  void whatTheServerSaysIsOneLine() throws Exception {
    assertThat(usage("--agency", "MINFIN")).isEqualTo(1);
    assertThat(err())
        .isEqualTo(
            "400 agency: \"MINFIN\" (expected: 1 to 64 of a-z, 0-9, dot, underscore, hyphen)\n");
    assertThat(usage("--by", "day&agency=x")).isEqualTo(1);
    assertThat(err()).startsWith("400 group_by: \"day&agency=x\" (expected: some of ");
    assertThat(run(Map.of(), "--url", server.url(), "--key", "qpa_other")).isEqualTo(1);
    assertThat(err()).isEqualTo("401 Authorization: unknown key (expected: an operator's)\n");
    server.usage().with(Flux.error(new IllegalStateException("x")));
    assertThat(usage()).isEqualTo(1);
    assertThat(err()).isEqualTo("500 The server failed; it was logged\n");
  }

  @Test
  void aReportThatEndsTooEarlyIsAnError() throws Exception {
    server
        .usage()
        .with(
            Flux.just(
                    UsageRecords.at("2026-11-02T18:00:00Z").record(),
                    UsageRecords.at("2026-11-03T18:00:00Z").record())
                .concatWith(Flux.error(new IllegalStateException("x"))));
    for (String format : List.of("table", "json", "csv")) {
      assertThat(usage("--format", format)).isEqualTo(1);
      assertThat(err()).isEqualTo("the connection ended before the report did\n");
    }
  }

  @Test
  void otherServersAreTold() throws Exception {
    HttpServer other =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    String[] body = {""};
    other.createContext(
        "/",
        exchange -> {
          byte[] bytes = body[0].getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    other.start();
    String url = "http://127.0.0.1:" + other.getAddress().getPort();
    for (String text : List.of("", "<html>", "[]", "{}", "{\"data\":[{\"period\":1}]}", "nul")) {
      body[0] = text;
      assertThat(run(Map.of(), "--url", url, "--key", KEY)).as(text).isEqualTo(1);
      assertThat(err()).as(text).startsWith("the server sent no report").hasLineCount(1);
    }
    other.stop(0);
    assertThat(run(Map.of(), "--url", url, "--key", KEY)).isEqualTo(1);
    assertThat(err())
        .isEqualTo("no admin port at " + url + " (expected: ./qaqpa serve running, or --url)\n");
  }

  @Test
  void badOptionsNameWhatWasExpected() throws Exception {
    for (List<String> bad :
        List.of(
            List.of("--month", "2026-13", "--month: 2026-13 (expected: a month such as 2026-11)"),
            List.of("--month", "november", "--month: november (expected: a month such as"),
            List.of("--format", "xml", "--format: xml (expected: table, json or csv)"),
            List.of("--url", "egov", "--url: egov (expected: http://HOST:PORT)"),
            List.of("--url", "file:///etc", "--url: file:///etc (expected: http://HOST:PORT)"),
            List.of("--url", "http://a b", "--url: http://a b (expected: http://HOST:PORT)"),
            List.of("--key", "қ", "--key: not printable ASCII"),
            List.of("--days", "3", "--days: unknown (expected: --help"))) {
      assertThat(run(Map.of("QAQPA_OPERATOR_KEY", KEY), bad.get(0), bad.get(1))).isEqualTo(2);
      assertThat(err()).startsWith(bad.get(2)).contains("usage: ./qaqpa usage");
    }
    assertThat(usage("--month", "2026-11", "--to", "2026-12-01")).isEqualTo(2);
    assertThat(err()).startsWith("--month: beside --from or --to (expected: ");
    assertThat(run(Map.of(), "--help")).isZero();
    assertThat(out()).startsWith("usage: ./qaqpa usage").contains("QAQPA_OPERATOR_KEY");
  }

  /** As with {@code ./qaqpa usage | head}. */
  @Test
  void whoStopsReadingStopsTheReport() throws Exception {
    UsageRecords form = UsageRecords.at("2000-01-02T00:00:00Z");
    server
        .usage()
        .with(
            Flux.<UsageRecord, Long>generate(
                () -> 0L,
                (hour, sink) -> {
                  sink.next(form.at(form.at().plus(Duration.ofHours(hour))).record());
                  return hour + 1;
                }));
    OutputStream closed =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    for (String format : List.of("table", "csv")) {
      int status =
          UsageCommand.run(
              List.of(
                  "--url",
                  server.url(),
                  "--key",
                  KEY,
                  "--format",
                  format,
                  "--from",
                  "2000-01-02",
                  "--to",
                  "2199-12-31",
                  "--bucket",
                  "hour"),
              Map.of(),
              print(closed),
              print(err));
      assertThat(status).isEqualTo(1);
    }
    assertThat(err()).isEqualTo("the output was closed\nthe output was closed\n");
    TestGateway.await(() -> server.usage().open() == 0);
  }
}
