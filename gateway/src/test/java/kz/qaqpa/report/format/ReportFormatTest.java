package kz.qaqpa.report.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import kz.qaqpa.fixture.LeakRecorder;
import kz.qaqpa.fixture.UsageRecords;
import kz.qaqpa.language.Language;
import kz.qaqpa.ledger.UsageRecord;
import kz.qaqpa.report.Bucket;
import kz.qaqpa.report.Dimension;
import kz.qaqpa.report.Report;
import kz.qaqpa.report.ReportQuery;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReportFormatTest {
  private static final Instant FROM = Instant.parse("2026-10-31T19:00:00Z");
  private static final Instant TO = Instant.parse("2026-11-30T19:00:00Z");
  private static final List<UsageRecord> RECORDS =
      List.of(
          UsageRecords.at("2026-11-02T18:00:00Z").cached(4).record(),
          UsageRecords.at("2026-11-02T18:30:00Z").in(Language.RU).charged(30, 40, 15, 20).record(),
          UsageRecords.at("2026-11-03T09:30:00Z").charged(7, 0, 0, 0).record());

  @AfterAll
  static void nothingLeaks() {
    LeakRecorder.assertNone();
  }

  @Test
  void csv() {
    assertThat(written(ReportFormat.CSV, query(Dimension.APPLICATION, Dimension.LANGUAGE), RECORDS))
        .isEqualTo(
            """
            period,start,agency,application,language,requests,prompt_tokens,cached_tokens,\
            output_tokens,prompt_characters,output_characters,tokens_per_character\r
            2026-11-02,2026-11-02T00:00:00+05:00,minfin,chat,kk,1,10,4,5,40,20,0.2500\r
            2026-11-02,2026-11-02T00:00:00+05:00,minfin,chat,ru,1,30,0,15,40,20,0.7500\r
            2026-11-03,2026-11-03T00:00:00+05:00,minfin,chat,kk,1,7,0,0,0,0,\r
            """);
    assertThat(written(ReportFormat.CSV, query(), List.of()))
        .isEqualTo(
            "period,start,requests,prompt_tokens,cached_tokens,output_tokens,prompt_characters,"
                + "output_characters,tokens_per_character\r\n");
  }

  @Test
  void json() {
    String text = written(ReportFormat.JSON, query(Dimension.LANGUAGE), RECORDS);
    assertThat(text)
        .isEqualTo(
            """
            {"object":"usage.report","from":"2026-11-01T00:00:00+05:00",\
            "to":"2026-12-01T00:00:00+05:00","agency":"minfin","application":null,"bucket":"day",\
            "group_by":["language"],"data":[
            {"period":"2026-11-02","start":"2026-11-02T00:00:00+05:00","language":"kk",\
            "requests":1,"prompt_tokens":10,"cached_tokens":4,"output_tokens":5,\
            "prompt_characters":40,"output_characters":20,"tokens_per_character":0.2500},
            {"period":"2026-11-02","start":"2026-11-02T00:00:00+05:00","language":"ru",\
            "requests":1,"prompt_tokens":30,"cached_tokens":0,"output_tokens":15,\
            "prompt_characters":40,"output_characters":20,"tokens_per_character":0.7500},
            {"period":"2026-11-03","start":"2026-11-03T00:00:00+05:00","language":"kk",\
            "requests":1,"prompt_tokens":7,"cached_tokens":0,"output_tokens":0,\
            "prompt_characters":0,"output_characters":0,"tokens_per_character":null}
            ],"languages":[
            {"language":"kk","requests":2,"prompt_tokens":17,"cached_tokens":4,"output_tokens":5,\
            "prompt_characters":40,"output_characters":20,"tokens_per_character":0.3667},
            {"language":"ru","requests":1,"prompt_tokens":30,"cached_tokens":0,"output_tokens":15,\
            "prompt_characters":40,"output_characters":20,"tokens_per_character":0.7500}
            ],"total":{"requests":3,"prompt_tokens":47,"cached_tokens":4,"output_tokens":20,\
            "prompt_characters":80,"output_characters":40,"tokens_per_character":0.5583}}
            """);
    JsonNode empty = parsed(written(ReportFormat.JSON, query(), List.of()));
    assertThat(empty.path("data").size() + empty.path("languages").size()).isZero();
    assertThat(empty.path("total").path("requests").asInt(-1)).isZero();
    assertThat(empty.path("total").path("tokens_per_character").isNull()).isTrue();
  }

  /** Model ids come from the names of folders, which may be anything. */
  @Test
  void namesThatAreNotTame() {
    String model = "=HYPERLINK(\"http://a\"),\n\u0001қ😀";
    List<UsageRecord> records =
        List.of(UsageRecords.at("2026-11-02T18:00:00Z").model(model).record());
    JsonNode json = parsed(written(ReportFormat.JSON, query(Dimension.MODEL), records));
    assertThat(json.path("data").path(0).path("model").asString()).isEqualTo(model);
    assertThat(written(ReportFormat.CSV, query(Dimension.MODEL), records))
        .contains(",\"'=HYPERLINK(\"\"http://a\"\"),\n\u0001қ😀\",1,");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "kaz-mini | kaz-mini",
        "a b | a b",
        "a,b | \"a,b\"",
        "a\"b | \"a\"\"b\"",
        "=1+1 | \"'=1+1\"",
        "+1 | \"'+1\"",
        "-1 | \"'-1\"",
        "@SUM(A1) | \"'@SUM(A1)\"",
        "＝1 | \"'＝1\"",
      })
  void csvFields(String text, String field) {
    assertThat(CsvWriting.field(text)).isEqualTo(field);
  }

  @Test
  void csvFieldsWithControlCharacters() {
    assertThat(CsvWriting.field("\t=1")).isEqualTo("\"'\t=1\"");
    assertThat(CsvWriting.field("\r=1")).isEqualTo("\"'\r=1\"");
    assertThat(CsvWriting.field("a\nb")).isEqualTo("\"a\nb\"");
    assertThat(CsvWriting.field("")).isEmpty();
    assertThat(CsvWriting.field(null)).isEmpty();
    assertThat(CsvWriting.field(-5L)).isEqualTo("-5");
  }

  private static ReportQuery query(Dimension... by) {
    return new ReportQuery("minfin", null, FROM, TO, Bucket.DAY, Set.of(by));
  }

  private static String written(ReportFormat format, ReportQuery query, List<UsageRecord> records) {
    List<String> texts =
        format
            .write(Report.of(Flux.fromIterable(records), query), query, ByteBufAllocator.DEFAULT)
            .map(ReportFormatTest::released)
            .collectList()
            .block(Duration.ofSeconds(10));
    assertThat(texts).isNotNull().doesNotContain("");
    return texts == null ? "" : String.join("", texts);
  }

  private static String released(ByteBuf bytes) {
    try {
      return bytes.toString(StandardCharsets.UTF_8);
    } finally {
      bytes.release();
    }
  }

  private static JsonNode parsed(String text) {
    return JsonMapper.builder().build().readTree(text);
  }
}
