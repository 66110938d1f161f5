package kz.qaqpa.tokenizer.bpe;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;

/** Words become the tokens that the definition of BPE gives, whatever the table of merges. */
final class BpeModelTest {
  /** Letters that share their first bytes, a space, ASCII, and characters of three and four. */
  private static final String[] CHARACTERS = {
    "а", "б", "д", "о", "п", "р", "с", "ы", "і", "қ", "ғ", "һ", "ә", " ", " ", "a", "b", ".", "—",
    "№", "😀",
  };

  @Test
  void words_asByDefinition_lettersMadeFirst() {
    Seeds.forRandom(
        TestSize.tries(500, 20_000),
        random -> {
          Table table = new Table(random);
          table.addLetters(random);
          table.addRandom(random.nextInt(200), random);
          table.check(random);
        });
  }

  @Test
  void words_asByDefinition_anyOrderOfMerges() {
    Seeds.forRandom(
        TestSize.tries(500, 20_000),
        random -> {
          Table table = new Table(random);
          if (random.nextBoolean()) {
            table.addLetters(random);
          }
          table.addRandom(random.nextInt(200), random);
          // A token is used at lower ranks than it is made.
          Collections.shuffle(table.merges, new Random(random.nextLong()));
          table.check(random);
        });
  }

  @Test
  void words_asByDefinition_mergesMakeAnyToken() {
    Seeds.forRandom(
        TestSize.tries(500, 20_000),
        random -> {
          Table table = new Table(random);
          table.addLetters(random);
          table.addRandom(random.nextInt(100), random);
          for (int i = random.nextInt(1, 40); i > 0; i--) {
            int[] merge = table.merges.get(random.nextInt(table.merges.size()));
            merge[random.nextInt(3)] = table.anyId(random);
          }
          table.check(random);
        });
  }

  @Test
  void words_asByDefinition_withoutMerges() {
    Seeds.forRandom(20, random -> new Table(random).check(random));
  }

  @Test
  void letters_areSymbolsOfTheirOwn_whereMergesMakeThemFirst() {
    Seeds.forRandom(
        20,
        random -> {
          Table table = new Table(random);
          table.addLetters(0, random);
          FirstSymbols symbols = new FirstSymbols(new MergeTable(table.triples()), table.idOfByte);
          char[] word = "басқа".toCharArray();
          assertThat(symbols.write(word, 0, word.length, new byte[4], new int[15])).isEqualTo(5);
        });
  }

  @Test
  void pieceWhoseRestMergesEarlier_isLeftAsBytes() {
    Seeds.forRandom(
        20,
        random -> {
          Table table = new Table(random);
          byte[] letter = "а".getBytes(StandardCharsets.UTF_8);
          String space = String.valueOf(ByteAlphabet.character(' '));
          String lead = String.valueOf(ByteAlphabet.character(letter[0] & 0xFF));
          String last = String.valueOf(ByteAlphabet.character(letter[1] & 0xFF));
          table.add(space + lead, last);
          table.add(space + lead + last, "b");
          table.add("b", "a");
          table.add(space, lead);
          table.check(List.of(" аba", " а", " аb"), false);
        });
  }

  /** A vocabulary, its merges and words to try it on. */
  private static final class Table {
    private final Map<String, Integer> vocabulary = new HashMap<>();
    private final List<String> symbols = new ArrayList<>();
    private final List<int[]> merges = new ArrayList<>();
    private final int[] idOfByte = new int[256];

    Table(RandomGenerator random) {
      List<Integer> ids = new ArrayList<>();
      for (int b = 0; b < 256; b++) {
        ids.add(b);
      }
      Collections.shuffle(ids, new Random(random.nextLong()));
      for (int b = 0; b < 256; b++) {
        idOfByte[b] = ids.get(b);
        vocabulary.put(String.valueOf(ByteAlphabet.character(b)), idOfByte[b]);
      }
      for (String character : CHARACTERS) {
        for (byte b : character.getBytes(StandardCharsets.UTF_8)) {
          symbols.add(String.valueOf(ByteAlphabet.character(b & 0xFF)));
        }
      }
    }

    void addLetters(RandomGenerator random) {
      addLetters(8, random);
    }

    /** Among them, one in {@code others} times, another merge. */
    void addLetters(int others, RandomGenerator random) {
      List<String> characters = new ArrayList<>(List.of(CHARACTERS));
      Collections.shuffle(characters, new Random(random.nextLong()));
      for (String character : characters) {
        byte[] bytes = character.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 2) {
          add(
              String.valueOf(ByteAlphabet.character(bytes[0] & 0xFF)),
              String.valueOf(ByteAlphabet.character(bytes[1] & 0xFF)));
        }
        if (others > 0 && random.nextInt(others) == 0) {
          addRandom(1, random);
        }
      }
    }

    /** Among them pairs that were named before, and tokens made of different pairs. */
    void addRandom(int count, RandomGenerator random) {
      for (int i = 0; i < count; i++) {
        String left = symbols.get(random.nextInt(symbols.size()));
        String right = symbols.get(random.nextInt(symbols.size()));
        if (left.length() + right.length() <= 16) {
          add(left, right);
        }
      }
    }

    private void add(String left, String right) {
      merges.add(new int[] {id(left), id(right), id(left + right)});
      symbols.add(left + right);
    }

    /** A new one if there is none yet. */
    private int id(String token) {
      vocabulary.putIfAbsent(token, vocabulary.size());
      return vocabulary.getOrDefault(token, -1);
    }

    int anyId(RandomGenerator random) {
      return id(symbols.get(random.nextInt(symbols.size())));
    }

    int[] triples() {
      return merges.stream().flatMapToInt(Arrays::stream).toArray();
    }

    void check(RandomGenerator random) {
      List<String> words = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        words.add(word(random));
      }
      check(words, random.nextInt(4) == 0);
    }

    void check(List<String> words, boolean ignoreMerges) {
      int[] triples = triples();
      NaiveBpe naive = new NaiveBpe(triples);
      BpeModel model =
          new BpeModel(
              new Vocabulary(vocabulary, List.of()), new MergeTable(triples), ignoreMerges);
      BpeModel.Scratch scratch = new BpeModel.Scratch();
      for (String word : words) {
        int[] expected = expected(word, naive, ignoreMerges);
        // The second time it comes from the cache. A word may stand anywhere in a text.
        for (String before : List.of("", "аaб")) {
          char[] text = (before + word + "бa ").toCharArray();
          IntList ids = new IntList(0);
          int from = before.length();
          model.encodeWord(text, from, from + word.length(), scratch, ids);
          assertThat(ids.toArray()).as("ids of \"%s\"", word).isEqualTo(expected);
        }
      }
    }

    private int[] expected(String word, NaiveBpe naive, boolean ignoreMerges) {
      byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
      StringBuilder token = new StringBuilder();
      int[] ids = new int[bytes.length];
      for (int i = 0; i < bytes.length; i++) {
        token.append(ByteAlphabet.character(bytes[i] & 0xFF));
        ids[i] = idOfByte[bytes[i] & 0xFF];
      }
      int whole = vocabulary.getOrDefault(token.toString(), -1);
      return ignoreMerges && whole >= 0 ? new int[] {whole} : naive.merge(ids);
    }

    /** Mostly as long as words are, sometimes longer than a scan or the cache takes. */
    private static String word(RandomGenerator random) {
      int length = random.nextInt(8) == 0 ? random.nextInt(1, 120) : random.nextInt(1, 14);
      int last = random.nextBoolean() ? CHARACTERS.length : 13;
      StringBuilder word = new StringBuilder(random.nextBoolean() ? " " : "");
      for (int i = 0; i < length; i++) {
        word.append(CHARACTERS[random.nextInt(last)]);
      }
      return word.toString();
    }
  }
}
