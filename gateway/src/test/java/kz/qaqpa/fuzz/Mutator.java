package kz.qaqpa.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Damages inputs of a corpus: bits, bytes, ranges, pieces of another input, and tokens of a
 * dictionary in place of tokens of the input. Draws from one generator only, so that a seed replays
 * a try. To fuzz another parser, give it a corpus and a dictionary of its own.
 */
public final class Mutator {
  private final List<byte[]> corpus;
  private final List<byte[]> dictionary;

  /** Begins with inputs, and with words to put into them. */
  public Mutator(List<String> corpus, List<String> dictionary) {
    this.corpus = corpus.stream().map(Mutator::utf8).toList();
    this.dictionary = dictionary.stream().map(Mutator::utf8).toList();
  }

  /** An input of the corpus with one to eight damages. */
  public byte[] next(RandomGenerator random) {
    byte[] input = pick(corpus, random);
    for (int i = random.nextInt(1, 9); i > 0; i--) {
      input = mutate(input, random);
    }
    return input;
  }

  private byte[] mutate(byte[] input, RandomGenerator random) {
    int from = random.nextInt(input.length + 1);
    int to = Math.min(input.length, from + (1 << random.nextInt(8)));
    return switch (random.nextInt(8)) {
      case 0 -> flipBit(input, random);
      case 1 -> join(input, from, new byte[] {(byte) random.nextInt(256)}, from);
      case 2 -> join(input, from, new byte[0], to);
      case 3 -> join(input, to, Arrays.copyOfRange(input, from, to), to);
      case 4 -> splice(input, from, pick(corpus, random), random);
      case 5 -> join(input, from, pick(dictionary, random), from);
      default -> swapToken(input, from, pick(dictionary, random));
    };
  }

  private static byte[] flipBit(byte[] input, RandomGenerator random) {
    byte[] flipped = input.clone();
    if (flipped.length > 0) {
      flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return flipped;
  }

  private static byte[] splice(byte[] input, int at, byte[] other, RandomGenerator random) {
    int from = random.nextInt(other.length + 1);
    return join(input, at, Arrays.copyOfRange(other, from, other.length), input.length);
  }

  /** Puts a word in place of the string, number or name that stands behind a place. */
  private static byte[] swapToken(byte[] input, int near, byte[] word) {
    int from = near;
    while (from < input.length && isPunctuation(input[from])) {
      from++;
    }
    int to = from;
    if (to < input.length && input[to] == '"') {
      to++;
      while (to < input.length && input[to] != '"') {
        to++;
      }
      to = Math.min(input.length, to + 1);
    } else {
      while (to < input.length && !isPunctuation(input[to])) {
        to++;
      }
    }
    return join(input, from, word, to);
  }

  private static boolean isPunctuation(byte b) {
    return b == '{' || b == '}' || b == '[' || b == ']' || b == ',' || b == ':' || b == ' ';
  }

  private static byte[] join(byte[] input, int headEnd, byte[] middle, int tailStart) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    joined.write(input, 0, headEnd);
    joined.writeBytes(middle);
    joined.write(input, tailStart, input.length - tailStart);
    return joined.toByteArray();
  }

  private static byte[] pick(List<byte[]> from, RandomGenerator random) {
    return from.get(random.nextInt(from.size()));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
