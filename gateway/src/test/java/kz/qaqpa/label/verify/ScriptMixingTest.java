package kz.qaqpa.label.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ScriptMixingTest {
  @Test
  void aWordOfOneScriptHasNoLettersOfAnother() {
    assertThat(ScriptMixing.find("Қазақстан, Wi-Fi-дың және SMS-хабарлама")).isEmpty();
    assertThat(ScriptMixing.find("PDFтің")).isEmpty(); // P, D and F have no lookalike here.
  }

  @Test
  void lookalikesAreFound_countedInCodePoints() {
    assertThat(ScriptMixing.find("😀 өтiнiш"))
        .containsExactly(
            new ScriptMixing.Place(4, "U+0069 LATIN SMALL LETTER I"),
            new ScriptMixing.Place(6, "U+0069 LATIN SMALL LETTER I"));
    assertThat(ScriptMixing.find("pаssport"))
        .containsExactly(new ScriptMixing.Place(1, "U+0430 CYRILLIC SMALL LETTER A"));
    assertThat(ScriptMixing.find("өтiнiш ".repeat(100))).hasSize(10);
  }

  @Test
  void unified() {
    assertThat(ScriptMixing.unify("өтiнiш ҚAЗAҚ pаssport Wi-Fi", false))
        .isEqualTo("өтініш ҚАЗАҚ passport Wi-Fi");
    assertThat(List.of(ScriptMixing.unify("Yлкен", true), ScriptMixing.unify("Yлкен", false)))
        .containsExactly("Үлкен", "Улкен");
    assertThat(ScriptMixing.unify("😀 ёлка", false)).isEqualTo("😀 ёлка");
  }
}
