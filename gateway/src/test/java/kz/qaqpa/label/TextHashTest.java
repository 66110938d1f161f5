package kz.qaqpa.label;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.text.Normalizer;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;

/** Pieces of a text hash as the whole does, in the form that other programs compute. */
class TextHashTest {
  private static final String[] LETTERS = {
    "Қазақстан",
    "ә",
    "й",
    "и",
    "\u0306",
    "Е\u0308",
    "\u0301",
    "o\u0323\u0302",
    "\u0302\u0323",
    "😀",
    "👩\u200D👧",
    "\u1100",
    "\u1161",
    "\u11A8",
    "가",
    "\u11A8",
    "\u09C7",
    "\u09BE",
    "\uD81B\uDD63",
    "\uD81B\uDD67",
    "\u0344",
    "\u0F71\u0F72",
    "\uFB1D",
    " ",
    "\r\n",
    "\u2126",
    "\uD834\uDD5E",
    "₸"
  };

  @Test
  void aWholeText() throws Exception {
    // printf 'Астана' | sha256sum
    assertThat(TextHash.of("Астана"))
        .isEqualTo("77e3388abee92695ef8aa3764e1a78a51af97e050d78d892f6ddd04d88a9298a");
    assertThat(TextHash.of("и\u0306")).isEqualTo(plain("й"));
    assertThat(new TextHash().finish()).isEqualTo(plain(""));
    assertThat(plain(""))
        .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  }

  @Test
  void piecesDoNotMatter() {
    Seeds.forRandom(
        TestSize.tries(5_000, 200_000),
        random -> {
          String text = text(random);
          TextHash hash = new TextHash();
          int at = 0;
          while (at < text.length()) {
            int end = Math.min(text.length(), at + random.nextInt(4));
            hash.update(text.substring(at, end)); // Also between the halves of a pair.
            at = end;
          }
          assertThat(hash.finish())
              .isEqualTo(plain(Normalizer.normalize(text, Normalizer.Form.NFC)))
              .isEqualTo(TextHash.of(text));
        });
  }

  /** Of all code points, by the JDK's own tables: this is what may be cut before. */
  @Test
  void whatJoinsNothingIsKnown() {
    for (int point = 0; point <= Character.MAX_CODE_POINT; point++) {
      if (Character.getType(point) == Character.SURROGATE) {
        continue;
      }
      String parts = nfd(Character.toString(point));
      int first = parts.codePointAt(0);
      if (!TextHash.mayJoin(point) && first != point) {
        assertThat(TextHash.mayJoin(first)).as("first part of U+%04X", point).isFalse();
      }
      // A mark that is put in order before another one has a class, so it is not a start.
      if (nfd(Character.toString(0x345) + parts).codePointAt(0) != 0x345
          || nfd(Character.toString(point) + "\u0334").codePointAt(0) == 0x334) {
        assertThat(TextHash.mayJoin(first)).as("class of U+%04X", point).isTrue();
      }
      if (parts.codePointCount(0, parts.length()) > 1
          && Normalizer.normalize(parts, Normalizer.Form.NFC).equals(Character.toString(point))) {
        int last = parts.codePointBefore(parts.length());
        assertThat(TextHash.mayJoin(last)).as("last part of U+%04X", point).isTrue();
      }
    }
  }

  @Test
  void aHeapOfMarksTakesLinearTime() {
    String heap = "и" + "\u0306\u0323".repeat(200_000);
    TextHash hash = new TextHash();
    for (int i = 0; i < heap.length(); i += 1000) {
      hash.update(heap.substring(i, Math.min(heap.length(), i + 1000)));
    }
    assertThat(hash.finish()).isEqualTo(TextHash.of(heap));
  }

  private static String text(RandomGenerator random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(16); i > 0; i--) {
      text.append(LETTERS[random.nextInt(LETTERS.length)]);
    }
    return text.toString();
  }

  private static String nfd(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFD);
  }

  private static String plain(String text) throws Exception {
    return HexFormat.of()
        .formatHex(
            MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
  }
}
