package kz.qaqpa.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import kz.qaqpa.tokenizer.Tokenizer.SpecialTokens;
import kz.qaqpa.tokenizer.fixtures.Texts;
import kz.qaqpa.tokenizer.fixtures.TokenizerFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A vocabulary of bytes splits every Kazakh letter, and still no part of one gets out. */
final class StreamingDecoderTest {
  @TempDir private Path folder;
  private BpeTokenizer bytes = BpeTokenizer.load(Texts.kazMini());

  @BeforeEach
  void loadVocabularyOfBytes() {
    bytes = BpeTokenizer.load(new TokenizerFile(List.of(), false).llamaSpecials().write(folder));
  }

  @Test
  void push_holdsBackHalfALetter() {
    StreamingDecoder decoder = bytes.streamingDecoder();
    assertThat(decoder.push(0xD2)).isEmpty();
    assertThat(decoder.push(0x9B)).isEqualTo("қ");
    assertThat(decoder.push(0xF0)).isEmpty();
    assertThat(decoder.push(0x9F)).isEmpty();
    assertThat(decoder.push(bytes.specialTokenId("<|eot_id|>").orElseThrow())).isEmpty();
    assertThat(decoder.push(0x98)).isEmpty();
    assertThat(decoder.push(0x80)).isEqualTo("😀");
    assertThat(decoder.finish()).isEmpty();
  }

  @Test
  void finish_replacesHalfALetter() {
    StreamingDecoder decoder = bytes.streamingDecoder();
    assertThat(decoder.push('a')).isEqualTo("a");
    assertThat(decoder.push(0xD2)).isEmpty();
    assertThat(decoder.finish()).isEqualTo("\ufffd");
  }

  @Test
  void push_unknownToken() {
    StreamingDecoder decoder = bytes.streamingDecoder();
    assertThatThrownBy(() -> decoder.push(261))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("token id: 261 (expected: an id of the vocabulary, 0 to 260)");
    assertThatThrownBy(() -> decoder.push(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void validText_neverHasReplacements() {
    for (BpeTokenizer tokenizer : List.of(bytes, BpeTokenizer.load(Texts.kazMini()))) {
      for (String prompt : Texts.prompts()) {
        StreamingDecoder decoder = tokenizer.streamingDecoder();
        StringBuilder text = new StringBuilder();
        for (int id : tokenizer.encode(prompt, SpecialTokens.AS_TEXT)) {
          String part = decoder.push(id);
          assertThat(part).doesNotContain("\ufffd");
          text.append(part);
        }
        assertThat(decoder.finish()).isEmpty();
        assertThat(text.toString()).isEqualTo(prompt);
      }
    }
  }

  @Test
  void anyTokens_asDecodedInOne() {
    Seeds.forRandom(
        TestSize.tries(20_000, 500_000),
        random -> {
          int low = random.nextBoolean() ? 0x80 : 0;
          int[] ids = random.ints(random.nextInt(20), low, bytes.vocabularySize()).toArray();
          StreamingDecoder decoder = bytes.streamingDecoder();
          StringBuilder text = new StringBuilder();
          for (int id : ids) {
            text.append(decoder.push(id));
          }
          text.append(decoder.finish());
          assertThat(text.toString()).isEqualTo(bytes.decode(ids, true));
        });
  }
}
