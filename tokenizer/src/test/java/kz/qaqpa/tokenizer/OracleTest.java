package kz.qaqpa.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import kz.qaqpa.tokenizer.Tokenizer.SpecialTokens;
import kz.qaqpa.tokenizer.fixtures.BpeTrainer;
import kz.qaqpa.tokenizer.fixtures.Oracle;
import kz.qaqpa.tokenizer.fixtures.Texts;
import kz.qaqpa.tokenizer.fixtures.TokenizerFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ids and texts are those of Hugging Face's library, some 350,000 strings in each run. */
final class OracleTest {
  private static final List<String> PROMPTS = Texts.prompts();

  @TempDir private Path folder;

  @Test
  void kazMini_prompts() {
    compare(Texts.kazMini(), PROMPTS);
  }

  @Test
  void kazMini_mixtures() {
    compare(Texts.kazMini(), mixtures(20_000));
  }

  @Test
  void everyAssignedCodePoint_aloneAndInsideAWord() {
    List<String> texts = new ArrayList<>();
    for (int point = 0; point < 0x110000; point++) {
      // Of the 131,068 private ones of planes 15 and 16 some: no table knows them apart.
      if (Texts.isText(point) && (point < 0xF0000 || point % 64 == 0 || TestSize.isLong())) {
        String text = Character.toString(point);
        texts.add(text);
        if (!Character.isIdeographic(point) && (point < 0xAC00 || point > 0xD7A3)) {
          texts.add("қа" + text + "з 1" + text);
        }
      }
    }
    compare(Texts.kazMini(), texts);
  }

  @Test
  void trainedVocabulary_llama() {
    compare(trained().llamaSpecials().write(folder), mixtures(20_000));
  }

  @Test
  void trainedVocabulary_ignoreMerges() {
    compare(trained().llamaSpecials().ignoreMerges().write(folder), mixtures(20_000));
  }

  @Test
  void trainedVocabulary_qwenWithNfc() {
    TokenizerFile file = trained().split(TokenizerFile.QWEN).nfc();
    file.added("<|im_start|>", Set.of("special")).added("<think>", Set.of());
    compare(file.write(folder), mixtures(20_000));
  }

  @Test
  void trainedVocabulary_gpt2() {
    compare(trained().gpt2(false).llamaSpecials().write(folder), mixtures(20_000));
  }

  @Test
  void trainedVocabulary_prefixSpace() {
    compare(trained().gpt2(true).llamaSpecials().write(folder), mixtures(10_000));
  }

  @Test
  void trainedVocabulary_anyOtherPattern() {
    String pattern =
        "(?i:'s|'ve)|\\p{Lu}?\\p{Ll}+|[\\p{L}\\p{M}]+|\\p{N}{1,2}|[^\\s\\d]|\\s+(?=\\S)";
    compare(trained().split(pattern).write(folder), mixtures(10_000));
  }

  @Test
  void addedTokens_everyFlag() {
    TokenizerFile file = trained().nfc();
    file.added("қаз", Set.of("single_word"))
        .added("<|eot_id|>", Set.of("special", "lstrip"))
        .added("<think>", Set.of("rstrip"))
        .added("й", Set.of("normalized"))
        .added("Don't", Set.of("normalized", "single_word"))
        .added("<|", Set.of("normalized", "lstrip", "rstrip"))
        .added("<", Set.of("special"))
        .added("!!!", Set.of("lstrip", "rstrip", "special"))
        .added("the", Set.of("normalized", "single_word", "lstrip"))
        .added("№ €", Set.of());
    List<String> texts = mixtures(20_000);
    texts.addAll(List.of("қаз", "қазақ", "a қаз", "қаз.", "  қаз", "№ € №", "the  the", "athe"));
    compare(file.write(folder), texts);
  }

  @Test
  void randomVocabularyOf128000Merges() {
    List<String[]> merges = TokenizerFile.randomMerges(128_000, new SplittableRandom(1));
    TokenizerFile file = new TokenizerFile(merges, true).llamaSpecials();
    List<String> texts = mixtures(12_000);
    texts.addAll(PROMPTS);
    compare(file.write(folder.resolve("merges")), texts);
    compare(file.ignoreMerges().nfc().write(folder.resolve("ignore")), texts);
  }

  @Test
  void decode_anyIds() {
    TokenizerFile file = trained().llamaSpecials().added("№ €", Set.of()).added("é", Set.of());
    Path written = file.write(folder);
    BpeTokenizer ours = BpeTokenizer.load(written);
    try (Oracle oracle = new Oracle(written)) {
      Seeds.forRandom(
          TestSize.tries(20_000, 200_000),
          random -> {
            int[] ids = random.ints(random.nextInt(12), 0, ours.vocabularySize()).toArray();
            if (random.nextBoolean()) {
              Arrays.setAll(ids, i -> 0x80 + ids[i] % 0x80); // single bytes, mostly malformed
            }
            for (boolean skip : new boolean[] {true, false}) {
              assertThat(ours.decode(ids, skip)).isEqualTo(oracle.decode(ids, skip));
            }
          });
    }
  }

  private static TokenizerFile trained() {
    List<String> texts = new ArrayList<>(PROMPTS.subList(0, 20));
    texts.addAll(List.of("Don't WE'LL the the they're 1234567 !!! ...", "    \n\n\r\n   \t"));
    return new TokenizerFile(BpeTrainer.train(texts, 250), false);
  }

  private static List<String> mixtures(int count) {
    List<String> texts = new ArrayList<>();
    Seeds.forRandom(
        TestSize.tries(count, 10 * count),
        random ->
            texts.add(
                random.nextInt(4) == 0
                    ? Texts.excerpt(PROMPTS, random) + Texts.mixture(random)
                    : Texts.mixture(random)));
    return texts;
  }

  private static void compare(Path folder, List<String> texts) {
    BpeTokenizer ours = BpeTokenizer.load(folder);
    try (Oracle oracle = new Oracle(folder)) {
      List<int[]> expected = oracle.encode(texts);
      for (int i = 0; i < texts.size(); i++) {
        int[] ids = ours.encode(texts.get(i), SpecialTokens.RECOGNISE);
        if (!Arrays.equals(ids, expected.get(i))) {
          assertThat(ids).as("ids of %s", escaped(texts.get(i))).isEqualTo(expected.get(i));
        }
        if (i % 16 == 0) {
          assertThat(ours.decode(ids, true)).isEqualTo(oracle.decode(ids, true));
        }
      }
    }
  }

  private static String escaped(String text) {
    StringBuilder out = new StringBuilder("\"");
    text.chars()
        .forEach(c -> {
          if (c >= ' ' && c <= '~') {
            out.append((char) c);
          } else {
            out.append("\\u%04x".formatted(c));
          }
        });
    return out.append('"').toString();
  }
}
