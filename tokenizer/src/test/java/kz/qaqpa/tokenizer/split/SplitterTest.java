package kz.qaqpa.tokenizer.split;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import kz.qaqpa.tokenizer.fixtures.Texts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The scanners by hand give the words that the patterns give; no input makes any of them slow. */
final class SplitterTest {
  private static final List<String> PROMPTS = Texts.prompts();

  @ParameterizedTest
  @ValueSource(strings = {LlamaSplitter.LLAMA_3, LlamaSplitter.QWEN, Gpt2Splitter.PATTERN})
  void scanner_equalsPattern(String pattern) {
    PreTokenizer byHand = PreTokenizer.regex(pattern);
    assertThat(byHand).isNotInstanceOf(RegexSplitter.class);
    PreTokenizer byRegex = new RegexSplitter(pattern);
    Seeds.forRandom(
        TestSize.tries(30_000, 1_000_000),
        random -> {
          String text = Texts.mixture(random) + Texts.excerpt(PROMPTS, random);
          assertThat(words(byHand, text)).isEqualTo(words(byRegex, text));
        });
    for (String prompt : PROMPTS) {
      assertThat(words(byHand, prompt)).isEqualTo(words(byRegex, prompt));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {LlamaSplitter.LLAMA_3, LlamaSplitter.QWEN, Gpt2Splitter.PATTERN})
  void noInputIsSlow(String pattern) {
    for (PreTokenizer splitter : List.of(PreTokenizer.regex(pattern), new RegexSplitter(pattern))) {
      for (String unit :
          List.of("қ", " ", "\u0301", "1", "\n", " \n", "'", "😀", "\u00a0", "!\n")) {
        for (String end : List.of("", "x", "\u0301", "\n")) {
          String text = unit.repeat(100_000) + end;
          org.junit.jupiter.api.Assertions.assertTimeout(
              Duration.ofSeconds(10), () -> assertThat(words(splitter, text)).isNotEmpty());
        }
      }
    }
  }

  @Test
  void llama_knownSplits() {
    PreTokenizer llama = PreTokenizer.regex(LlamaSplitter.LLAMA_3);
    assertThat(words(llama, "Құжат\u00a0№ 12345!"))
        .containsExactly("Құжат", "\u00a0", "№", " ", "123", "45", "!");
    assertThat(words(llama, "it'S 'ſa")).containsExactly("it", "'S", " '", "ſa");
    assertThat(words(llama, "а  б\r\n\r\n в")).containsExactly("а", " ", " б", "\r\n\r\n", " в");
    assertThat(words(llama, "")).isEmpty();
  }

  @Test
  void literal_isolated() {
    PreTokenizer split = PreTokenizer.literal("--");
    assertThat(words(split, "a---b--")).containsExactly("a", "--", "-b", "--");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(a|b)+",
        "(?<=a)b",
        "a{2}+",
        "^a",
        "a.",
        "\\w+",
        "\\bа",
        "[a-z&&[^b]]",
        "(?i:ss)",
        "(?i:қ)",
        "\\p{Han}",
        "(a",
        "a)",
        "[a",
        "a**",
        "*",
        "a{1,2",
        "(?<n>a)",
        "\\u0041",
        "\\"
      })
  void unsupportedPattern(String pattern) {
    assertThatThrownBy(() -> PreTokenizer.regex(pattern))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not supported in a split pattern");
  }

  @Test
  void patternThatBacktracks_isStopped() {
    PreTokenizer slow = PreTokenizer.regex("a*a*a*b");
    assertThatThrownBy(() -> words(slow, "a".repeat(10_000)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("steps per character");
  }

  private static List<String> words(PreTokenizer splitter, String text) {
    List<String> words = new ArrayList<>();
    char[] chars = ("*" + text + "*").toCharArray(); // What is around must not be looked at.
    splitter.split(
        chars, 1, chars.length - 1, (t, from, to) -> words.add(new String(t, from, to - from)));
    return words;
  }
}
