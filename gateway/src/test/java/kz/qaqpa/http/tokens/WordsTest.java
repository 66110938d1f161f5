package kz.qaqpa.http.tokens;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ``                                       | 0
          ` — … « » `                              | 0
          Қазақстанның астанасы қай қала?          | 4
          «ӘҒҚҢӨҰҮҺІ әғқңөұүһі»                    | 2
          қарым-қатынас                            | 1
          Алматы - Астана                          | 2
          Алматы—Астана                            | 2
          -де, де-                                 | 2
          O'zbek, o’zbek, qazaqʼ                   | 3
          'тырнақша'                               | 1
          2024-жылы 3,5 млрд. теңге; 1.000.000     | 5
          жылы.Ал                                  | 2
          1998,жыл                                 | 2
          и\u0306од                                | 1
          қар\u00ADлы                              | 1
          😀 сәлем👋дос                            | 2
          a_b                                      | 2
          """)
  void counts(String text, int words) {
    assertThat(Words.count(text)).isEqualTo(words);
  }

  @Test
  void perWord_isRounded_andNothingWithoutAWord() {
    assertThat(TokensJson.perWord(10, 3)).isEqualTo(3.33);
    assertThat(TokensJson.perWord(10, 0)).isNull();
  }
}
