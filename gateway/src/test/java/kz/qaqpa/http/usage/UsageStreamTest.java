package kz.qaqpa.http.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import kz.qaqpa.fixture.H2Client;
import kz.qaqpa.fixture.H2Stream;
import kz.qaqpa.fixture.LeakRecorder;
import kz.qaqpa.fixture.RawClient;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.fixture.UsageRecords;
import kz.qaqpa.http.UsageServer;
import kz.qaqpa.ledger.UsageRecord;
import kz.qaqpa.report.ReportSettings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.json.JsonMapper;

/** Long reports: how they are sent, and what is left of those that nobody reads to the end. */
class UsageStreamTest {
  /** A row for each hour of two centuries: half a gigabyte, if anybody read it. */
  private static final String ENDLESS = "/v1/usage?from=2000-01-02&to=2199-12-31&bucket=hour";

  private static final Instant FIRST = Instant.parse("2000-01-02T00:00:00Z");

  /** What lies in buffers of sockets is some thousands of rows. */
  private static final int BUFFERED = 150_000;

  private static UsageServer server;

  @BeforeAll
  static void start() {
    server = UsageServer.serving(new ReportSettings(2, 3));
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

  /** On a thread of its own, as a database's driver gives them. */
  private static Flux<UsageRecord> hourly(long most) {
    return hourly(most, "chat");
  }

  private static Flux<UsageRecord> hourly(long most, String application) {
    UsageRecords form = UsageRecords.at("2000-01-02T00:00:00Z").of("minfin", application);
    return Flux.<UsageRecord, Long>generate(
            () -> 0L,
            (hour, sink) -> {
              if (hour == most) {
                sink.complete();
              } else {
                sink.next(form.at(FIRST.plus(Duration.ofHours(hour))).record());
              }
              return hour + 1;
            })
        .subscribeOn(Schedulers.boundedElastic());
  }

  private static RawClient ask(String path, String key) throws IOException {
    return new RawClient(server.address(), 4096)
        .send("GET " + path + " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + key + "\r\n\r\n");
  }

  /** Waits until nothing was read for a while: the source waits for its reader. */
  private static long awaitStill(long before) throws InterruptedException {
    long[] seen = {before, System.nanoTime()};
    TestGateway.await(() -> {
      long now = server.usage().read();
      if (now != seen[0] || now == before) {
        seen[0] = now;
        seen[1] = System.nanoTime();
      }
      return System.nanoTime() - seen[1] > 500_000_000L;
    });
    return seen[0];
  }

  @Test
  void aReportComesInChunks_andIsWhole() throws Exception {
    server.usage().with(hourly(5000));
    HttpResponse<String> answer =
        server.get(ENDLESS.substring("/v1/usage".length()), TestGateway.KEY);
    assertThat(answer.headers().firstValue("transfer-encoding")).hasValue("chunked");
    assertThat(answer.headers().firstValue("content-length")).isEmpty();
    assertThat(JsonMapper.builder().build().readTree(answer.body()).path("data").size())
        .isEqualTo(5000);
  }

  @Test
  void overHttp2() throws Exception {
    server.usage().with(hourly(5000));
    try (H2Client client = new H2Client(server.address())) {
      H2Stream stream = client.stream().head("GET", ENDLESS, true);
      assertThat(stream.status()).isEqualTo(200);
      assertThat(JsonMapper.builder().build().readTree(stream.readAll()).path("data").size())
          .isEqualTo(5000);
      H2Stream bad = client.stream().head("GET", "/v1/usage?bucket=x", true);
      assertThat(bad.status()).isEqualTo(400);
      assertThat(bad.readAll()).contains("bucket: \\\"x\\\"");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"json", "csv"})
  void whoReadsSlowly_slowsTheSource_andWhoLeavesFreesIt(String format) throws Exception {
    server.usage().with(hourly(Long.MAX_VALUE));
    long before = server.usage().read();
    try (Socket client = new Socket()) {
      client.setReceiveBufferSize(4096);
      client.connect(server.address());
      client.setSoTimeout(10_000);
      String head =
          "GET "
              + ENDLESS
              + "&format="
              + format
              + " HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer "
              + TestGateway.KEY
              + "\r\n\r\n";
      client.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      long still = awaitStill(before);
      assertThat(still - before).isLessThan(BUFFERED);
      assertThat(server.usage().open()).isEqualTo(1);
      InputStream in = client.getInputStream();
      while (server.usage().read() == still) {
        assertThat(in.readNBytes(10_000)).hasSize(10_000);
      }
    }
  }

  @Test
  void overHttp2_whoDoesNotRead_slowsTheSource_andWhoResetsFreesIt() throws Exception {
    long before = server.usage().read();
    server.usage().with(hourly(Long.MAX_VALUE));
    try (H2Client client = new H2Client(server.address())) {
      H2Stream stream = client.stream(false).head("GET", ENDLESS, true);
      assertThat(awaitStill(before) - before).isLessThan(BUFFERED);
      assertThat(server.usage().open()).isEqualTo(1);
      stream.reset();
      TestGateway.await(() -> server.usage().open() == 0);
      assertThat(client.isOpen()).isTrue();
    }
  }

  /** The client must not take a part for the whole. */
  @ParameterizedTest
  @ValueSource(strings = {"json", "csv"})
  void aSourceThatFailsInTheMiddle_cutsTheAnswerOff(String format) throws Exception {
    server
        .usage()
        .with(hourly(5000).concatWith(Flux.error(new IllegalStateException("connection lost"))));
    String path = ENDLESS + "&format=" + format;
    try (RawClient client = ask(path, TestGateway.KEY)) {
      assertThat(client.readAll()).startsWith("HTTP/1.1 200").doesNotContain("\r\n0\r\n");
    }
    assertThatThrownBy(() -> server.get(path.substring("/v1/usage".length()), TestGateway.KEY))
        .isInstanceOf(IOException.class);
    try (H2Client client = new H2Client(server.address())) {
      H2Stream stream = client.stream().head("GET", path, true);
      assertThat(stream.readAll()).doesNotContain("\"total\"");
      assertThat(stream.wasReset()).isTrue();
    }
  }

  @Test
  void aFewAtOnceForEachApplication_andSoManyForAll() throws Exception {
    server.usage().with(hourly(Long.MAX_VALUE));
    try (RawClient one = ask(ENDLESS, TestGateway.KEY);
        RawClient two = ask(ENDLESS, TestGateway.KEY)) {
      one.readUntil("period");
      two.readUntil("period");
      HttpResponse<String> third = server.get("", TestGateway.KEY);
      assertThat(third.statusCode()).isEqualTo(429);
      assertThat(third.headers().firstValue("retry-after")).hasValue("1");
      assertThat(third.headers().firstValue("x-should-retry")).hasValue("true");
      assertThat(third.body())
          .contains("rate_limit_exceeded")
          .contains("reports of application minfin/chat: 2 at once (expected: at most that many)");
      server.usage().with(hourly(Long.MAX_VALUE, "archive"));
      try (RawClient other = ask(ENDLESS, TestGateway.OTHER_KEY)) {
        other.readUntil("period");
        HttpResponse<String> fourth = server.get("", TestGateway.OTHER_KEY);
        assertThat(fourth.statusCode()).isEqualTo(503);
        assertThat(fourth.body()).contains("overloaded");
      }
    }
    TestGateway.await(() -> server.reports().inTheMaking() == 0);
    server.usage().with(Flux.empty());
    for (int i = 0; i < 20; i++) {
      assertThat(server.get("", TestGateway.KEY).statusCode()).isEqualTo(200);
    }
  }
}
