package kz.qaqpa.load.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EgovTest {
  private static final Path SHIPPED =
      Path.of(System.getProperty("qaqpa.load.root", ".."), "config", "prompts", "kazakh.jsonl");

  @Test
  void ofAHundred_eachTaskAndLanguageHasItsShare() {
    assertThat(count(percent -> EgovMix.task(percent).name()))
        .isEqualTo(
            Map.of(
                "SERVICE",
                40L,
                "STATUS",
                15L,
                "DRAFT",
                15L,
                "SUMMARY",
                15L,
                "TRANSLATION",
                10L,
                "LAW",
                5L));
    assertThat(count(EgovMix::language)).isEqualTo(Map.of("kk", 55L, "ru", 40L, "en", 5L));
  }

  private static Map<String, Long> count(Function<Integer, String> of) {
    return IntStream.range(0, 100)
        .boxed()
        .collect(Collectors.groupingBy(of, Collectors.counting()));
  }

  @Test
  void theDayHasItsPeakAtNine_andTheMonthEndsHigher() {
    List<Double> rates = DayShape.twoDays(60);
    assertThat(rates).hasSize(49);
    assertThat(rates.subList(0, 24)).allSatisfy(rate -> assertThat(rate).isBetween(0.5, 60.0));
    assertThat(rates.get(9)).isEqualTo(60);
    assertThat(rates.get(24 + 9)).isEqualTo(90);
    assertThat(rates.get(24 + 3)).isEqualTo(rates.get(3));
    assertThat(rates.getLast()).isEqualTo(rates.getFirst());
  }

  @Test
  void shortDays_loseNobody() {
    List<Double> rates = DayShape.twoDays(60);
    double mean = rates.stream().skip(1).mapToDouble(rate -> rate).sum() / 48;
    for (int seconds : new int[] {2, 120, 3600}) {
      List<Integer> arrivals = DayShape.arrivals(60, Duration.ofSeconds(seconds));
      Duration slice = DayShape.slice(Duration.ofSeconds(seconds));
      assertThat(slice.multipliedBy(arrivals.size()).toSeconds())
          .isCloseTo(seconds, withinPercentage(6));
      assertThat(arrivals.stream().mapToInt(people -> people).sum())
          .isCloseTo((int) (mean * seconds), withinPercentage(6));
    }
    assertThat(DayShape.arrivals(0.01, Duration.ofSeconds(1)).stream().mapToInt(n -> n).sum())
        .isEqualTo(1);
  }

  @Test
  void theMixIsOfItsSeed_andNoPromptIsTooLong() throws Exception {
    Prompts prompts = Prompts.read(SHIPPED);
    EgovMix mix = new EgovMix(prompts, new Bodies("synthetic"), 300, 1);
    EgovMix same = new EgovMix(Prompts.read(SHIPPED), new Bodies("synthetic"), 300, 1);
    for (int i = 0; i < 500; i++) {
      Map<String, Object> next = mix.next();
      assertThat(same.next()).isEqualTo(next);
      JsonNode body = new ObjectMapper().readTree((String) next.get("body"));
      String text = body.at("/messages/0/content").asText();
      assertThat(text.codePointCount(0, text.length())).isBetween(1, Prompts.LONGEST);
      assertThat(body.path("max_tokens").asInt()).isBetween(80, 300);
      assertThat(body.path("stream").asBoolean()).isTrue();
    }
  }

  @Test
  void aTurnNamesTheOneBefore() throws Exception {
    Bodies bodies = new Bodies("kaz-mini");
    ObjectMapper json = new ObjectMapper();
    assertThat(json.readTree(bodies.turn("Сәлем", 5, "")).has("previous_response_id")).isFalse();
    assertThat(json.readTree(bodies.turn("Сәлем", 5, "resp_1")).path("previous_response_id"))
        .hasToString("\"resp_1\"");
  }
}
