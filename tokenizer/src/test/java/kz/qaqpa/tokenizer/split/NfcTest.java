package kz.qaqpa.tokenizer.split;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.text.Normalizer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import kz.qaqpa.tokenizer.fixtures.Oracle;
import kz.qaqpa.tokenizer.fixtures.Texts;
import kz.qaqpa.tokenizer.fixtures.TokenizerFile;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Form C as the oracle has it, for every character and for heaps of marks. */
final class NfcTest {
  @TempDir private Path folder;

  @Test
  void everyCharacter_decomposedAndAmongMarks() {
    List<String> texts = new ArrayList<>();
    for (int point = 0; point < 0x110000; point++) {
      boolean hangul = point >= 0xAC00 && point <= 0xD7A3;
      if (!Texts.isText(point) || (hangul && point % 64 != 0)) {
        continue;
      }
      String text = Character.toString(point);
      String apart = Normalizer.normalize(text, Normalizer.Form.NFD);
      if (!apart.equals(text)) {
        texts.add(apart + "\u0345" + text + "\u0334" + text);
      }
      if (Character.getType(point) == Character.NON_SPACING_MARK
          || Character.getType(point) == Character.COMBINING_SPACING_MARK) {
        texts.add("а\u0345" + text + "\u0334и" + text + "\u0306");
      }
    }
    compare(texts);
  }

  @Test
  void randomHeapsOfMarks() {
    int[] marks =
        java.util.stream.IntStream.range(0, 0x20000)
            .filter(p -> Character.getType(p) == Character.NON_SPACING_MARK)
            .toArray();
    List<String> texts = new ArrayList<>();
    Seeds.forRandom(
        TestSize.tries(300, 3_000),
        random -> {
          StringBuilder text = new StringBuilder("и");
          int bound = random.nextBoolean() ? 100 : marks.length;
          random
              .ints(random.nextInt(20, 200), 0, bound)
              .forEach(i -> text.appendCodePoint(marks[i]));
          texts.add(text + "е\u0308");
        });
    compare(texts);
  }

  @Test
  void hundredThousandMarks_areFast() {
    for (String text :
        List.of(
            "\u0301".repeat(100_000),
            "а" + "\u0345".repeat(50_000) + "\u0316".repeat(50_000),
            "\u0345\u0316".repeat(50_000),
            "\u0344".repeat(100_000),
            "и\u0306".repeat(50_000))) {
      Assertions.assertTimeout(
          Duration.ofSeconds(10), () -> assertThat(Nfc.normalize(text)).isNotEmpty());
    }
  }

  @Test
  void surelyNormal_isNormal() {
    for (char c = 0; c < 0xD800; c++) {
      if (Nfc.isSurelyNormal(new char[] {c}, 0, 1)) {
        String pair = c + "a" + c;
        assertThat(Nfc.normalize(pair)).isEqualTo(pair);
      }
    }
  }

  private void compare(List<String> texts) {
    TokenizerFile file = new TokenizerFile(List.of(), false).gpt2(false).nfc();
    try (Oracle oracle = new Oracle(file.write(folder))) {
      List<int[]> expected = oracle.encode(texts);
      for (int i = 0; i < texts.size(); i++) {
        String normal = oracle.decode(expected.get(i), false);
        if (!Nfc.normalize(texts.get(i)).equals(normal)) {
          assertThat(Nfc.normalize(texts.get(i)))
              .as("%s", texts.get(i).codePoints().mapToObj(Integer::toHexString).toList())
              .isEqualTo(normal);
        }
      }
    }
  }
}
