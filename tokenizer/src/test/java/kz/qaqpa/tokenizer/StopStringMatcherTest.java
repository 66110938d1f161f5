package kz.qaqpa.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** Nothing of a stop string gets out, and nothing else is kept. */
final class StopStringMatcherTest {

  @Test
  void push_acrossBorders() {
    StopStringMatcher matcher = new StopStringMatcher(List.of("\n\nСұрақ:", "СОҢЫ"));
    assertThat(matcher.push("Жауап\n")).isEqualTo("Жауап");
    assertThat(matcher.push("\nСұ")).isEmpty();
    assertThat(matcher.push("лу")).isEqualTo("\n\nСұлу");
    assertThat(matcher.push(" \n\nСұра")).isEqualTo(" ");
    assertThat(matcher.matched()).isFalse();
    assertThat(matcher.push("қ: тағы")).isEmpty();
    assertThat(matcher.matched()).isTrue();
    assertThat(matcher.push("тағы")).isEmpty();
    assertThat(matcher.finish()).isEmpty();
  }

  @Test
  void push_beginningThatRepeats() {
    StopStringMatcher matcher = new StopStringMatcher(List.of("aab"));
    assertThat(matcher.push("aa")).isEmpty();
    assertThat(matcher.push("a")).isEqualTo("a");
    assertThat(matcher.push("b")).isEmpty();
    assertThat(matcher.matched()).isTrue();
  }

  @Test
  void push_firstToBeComplete_longestOfThose() {
    StopStringMatcher matcher = new StopStringMatcher(List.of("cd", "bcd", "abcde"));
    assertThat(matcher.push("xabcdefg")).isEqualTo("xa");
    assertThat(matcher.matched()).isTrue();
  }

  @Test
  void finish_givesWhatWasHeldBack() {
    StopStringMatcher matcher = new StopStringMatcher(List.of("СОҢЫ"));
    assertThat(matcher.push("сөз СОҢ")).isEqualTo("сөз ");
    assertThat(matcher.finish()).isEqualTo("СОҢ");
    assertThat(matcher.matched()).isFalse();
  }

  @Test
  void none_holdsNothingBack() {
    StopStringMatcher matcher = new StopStringMatcher(List.of());
    assertThat(matcher.push("сөз")).isEqualTo("сөз");
    assertThat(matcher.finish()).isEmpty();
  }

  @Test
  void unusableStopStrings() {
    assertThatThrownBy(() -> new StopStringMatcher(List.of("a", "")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("stop[1]: empty (expected: text)");
    assertThatThrownBy(() -> new StopStringMatcher(List.of("a\udc00")))
        .hasMessage("stop[0]: unpaired surrogate (expected: well-formed UTF-16)");
  }

  @Test
  void push_anyCuts_asASearchInTheWhole() {
    Seeds.forRandom(
        TestSize.tries(20_000, 500_000),
        random -> {
          String text = letters(random.nextInt(30), random);
          List<String> stops = new ArrayList<>();
          for (int i = random.nextInt(4); i > 0; i--) {
            stops.add(letters(random.nextInt(1, 5), random));
          }
          StopStringMatcher matcher = new StopStringMatcher(stops);
          StringBuilder out = new StringBuilder();
          int expectedEnd = text.length();
          boolean expectedMatch = false;
          for (int end = 1; end <= text.length() && !expectedMatch; end++) {
            for (String stop : stops) {
              if (text.startsWith(stop, end - stop.length())) {
                expectedEnd = Math.min(expectedEnd, end - stop.length());
                expectedMatch = true;
              }
            }
          }
          for (int at = 0; at < text.length(); ) {
            int to = Math.min(text.length(), at + random.nextInt(1, 6));
            out.append(matcher.push(text.substring(at, to)));
            assertThat(text.substring(0, expectedEnd)).startsWith(out);
            at = to;
          }
          out.append(matcher.finish());
          assertThat(out.toString()).isEqualTo(text.substring(0, expectedEnd));
          assertThat(matcher.matched()).isEqualTo(expectedMatch);
        });
  }

  @Test
  void push_hostileText_isLinear() {
    StopStringMatcher matcher = new StopStringMatcher(List.of("a".repeat(10_000) + "b"));
    Assertions.assertTimeout(
        Duration.ofSeconds(10),
        () -> {
          for (int i = 0; i < 1_000; i++) {
            matcher.push("a".repeat(1_000));
          }
        });
    assertThat(matcher.finish()).hasSize(10_000);
  }

  private static String letters(int length, java.util.random.RandomGenerator random) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append("аб\n".charAt(random.nextInt(3)));
    }
    return text.toString();
  }
}
