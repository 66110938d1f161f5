package kz.qaqpa.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import kz.qaqpa.tokenizer.split.Nfc;
import org.junit.jupiter.api.Test;

/** Characters as the quotas count them: code points of form C, wherever pieces end. */
class CharacterMeterTest {
  private static final String[] LETTERS = {
    "а",
    "ә",
    "й",
    "и\u0306",
    "Ё",
    "Е\u0308",
    "қ",
    "ғ\u0301",
    "e",
    "é",
    "e\u0301",
    "o\u0323\u0302",
    "😀",
    "👩\u200D👧",
    "🇰🇿",
    "👍🏽",
    "가",
    "\u1100\u1161\u11A8",
    "ক\u09BE",
    "\u09C7\u09BE",
    "漢",
    " ",
    "\u0915\u093C",
    "\u0301",
    "₸",
    "ﬁ"
  };

  @Test
  void kazakhAndEmoji() {
    assertThat(CharacterMeter.count("")).isZero();
    assertThat(CharacterMeter.count("Қазақстан")).isEqualTo(9);
    assertThat(CharacterMeter.count("Әй, қалайсың? 😀")).isEqualTo(15);
    // й, ё and ї taken apart count as they look.
    assertThat(CharacterMeter.count("и\u0306е\u0308")).isEqualTo(2);
    assertThat(CharacterMeter.count(Normalizer.normalize("мұндай ёлка", Normalizer.Form.NFD)))
        .isEqualTo(11);
    // An emoji of several parts has several code points.
    assertThat(CharacterMeter.count("👩\u200D👧")).isEqualTo(3);
    assertThat(CharacterMeter.count("🇰🇿")).isEqualTo(2);
    // No letter of the alphabet has this mark in it.
    assertThat(CharacterMeter.count("қ\u0301")).isEqualTo(2);
    assertThat(CharacterMeter.count("\u1100\u1161\u11A8")).isEqualTo(1);
  }

  @Test
  void cutsAtAWholeCharacter() {
    CharacterMeter meter = new CharacterMeter(4);
    assertThat(meter.take("аб")).isEqualTo("аб");
    assertThat(meter.take("😀")).isEqualTo("😀");
    assertThat(meter.isFull()).isFalse();
    assertThat(meter.take("и")).isEqualTo("и");
    assertThat(meter.isFull()).isFalse();
    // The mark makes it й, which still fits.
    assertThat(meter.take("\u0306 және")).isEqualTo("\u0306");
    assertThat(meter.isFull()).isTrue();
    assertThat(meter.count()).isEqualTo(4);
    assertThat(meter.take("а")).isEmpty();
    assertThat(meter.count()).isEqualTo(4);
  }

  @Test
  void nothingFits_whereNothingWasGranted() {
    CharacterMeter meter = new CharacterMeter(0);
    assertThat(meter.take("")).isEmpty();
    assertThat(meter.isFull()).isFalse();
    assertThat(meter.take("қ")).isEmpty();
    assertThat(meter.isFull()).isTrue();
  }

  @Test
  void piecesDoNotMatter_andTheCutIsTheLongestThatFits() {
    Seeds.forRandom(
        TestSize.tries(3_000, 100_000),
        random -> {
          String text = text(random);
          long whole = normal(text);
          assertThat(CharacterMeter.count(text)).isEqualTo(whole);
          long most = random.nextLong(whole + 3);
          CharacterMeter meter = new CharacterMeter(most);
          StringBuilder sent = new StringBuilder();
          pieces(text, random).forEach(piece -> sent.append(meter.take(piece)));
          assertThat(text).startsWith(sent.toString());
          assertThat(meter.count()).isEqualTo(normal(sent.toString())).isLessThanOrEqualTo(most);
          assertThat(meter.isFull()).isEqualTo(sent.length() < text.length());
          if (meter.isFull()) {
            int next = text.offsetByCodePoints(sent.length(), 1);
            assertThat(normal(text.substring(0, next))).isGreaterThan(most);
          }
        });
  }

  @Test
  void aHeapOfMarks_isCountedInLinearTime() {
    String heap = "и" + "\u0306".repeat(200_000);
    assertThat(CharacterMeter.count(heap)).isBetween(195_000L, 200_001L);
  }

  private static long normal(String text) {
    String normal = Nfc.normalize(text);
    return normal.codePointCount(0, normal.length());
  }

  private static String text(RandomGenerator random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(20); i > 0; i--) {
      text.append(LETTERS[random.nextInt(LETTERS.length)]);
    }
    return text.toString();
  }

  /** Cut between code points, as the streaming decoder cuts. */
  private static List<String> pieces(String text, RandomGenerator random) {
    List<String> pieces = new ArrayList<>();
    int start = 0;
    while (start < text.length()) {
      int left = text.codePointCount(start, text.length());
      int end = text.offsetByCodePoints(start, random.nextInt(Math.min(left, 4)) + 1);
      pieces.add(text.substring(start, end));
      start = end;
    }
    return pieces;
  }
}
