package kz.qaqpa.tokenizer.split;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntPredicate;
import kz.qaqpa.tokenizer.fixtures.Oracle;
import kz.qaqpa.tokenizer.fixtures.TokenizerFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** The classes of all code points are those of the regular expressions in the oracle. */
final class CharClassTest {
  private static final int LUMP = 32;

  @TempDir private Path folder;

  @Test
  void letters() {
    compare("[^\\p{L}]", point -> classOf(point) == CharClass.LETTER);
  }

  @Test
  void numbers() {
    compare("[^\\p{N}]", point -> classOf(point) == CharClass.NUMBER);
  }

  @Test
  void spaces() {
    compare("[^\\s]", point -> CharClass.isSpace(classOf(point)));
  }

  @Test
  void lettersOfContractions_regardlessOfCase() {
    for (String letter : List.of("s", "t", "m", "d", "l", "r", "v", "e")) {
      String java = OnigurumaPattern.toJava("(?i:" + letter + ")");
      compare(
          "[^a-zA-Z\u017f\u212a\u0130\u0131]|(?!(?i:" + letter + ")).",
          point -> Character.toString(point).matches(java),
          0x2200);
    }
  }

  private static byte classOf(int point) {
    return CharClass.at(Character.toChars(point), 0);
  }

  private void compare(String removed, IntPredicate stays) {
    compare(removed, stays, 0x110000);
  }

  /** The oracle removes what matches; the code points that stay must be the ones we say. */
  private void compare(String removed, IntPredicate stays, int end) {
    List<String> lumps = new ArrayList<>();
    BitSet expected = new BitSet();
    for (int start = 0; start < end; start += LUMP) {
      StringBuilder lump = new StringBuilder();
      for (int point = start; point < start + LUMP; point++) {
        if (point < 0xD800 || point > 0xDFFF) {
          lump.appendCodePoint(point);
          expected.set(point, stays.test(point));
        }
      }
      lumps.add(lump.toString());
    }
    TokenizerFile file = new TokenizerFile(List.of(), false).split(removed);
    ObjectNode split = (ObjectNode) file.json().at("/pre_tokenizer/pretokenizers/0");
    split.put("behavior", "Removed");
    BitSet found = new BitSet();
    try (Oracle oracle = new Oracle(file.write(folder))) {
      for (int[] ids : oracle.encode(lumps)) {
        oracle.decode(ids, false).codePoints().forEach(found::set);
      }
    }
    assertThat(found).isEqualTo(expected);
  }
}
