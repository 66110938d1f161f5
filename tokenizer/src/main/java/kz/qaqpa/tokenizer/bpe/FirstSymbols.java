package kz.qaqpa.tokenizer.bpe;

import java.util.Arrays;

/**
 * The symbols that merging begins with: bytes, but letters of two bytes (Cyrillic, Greek, Arabic)
 * merged already where it is certain that they would be, and a space with the letter behind it.
 *
 * <p>Such a piece of a word may be merged first if nothing outside of it can come in between. Let R
 * be the highest rank of the merges that the piece goes through alone, and let every merge of a
 * token at its left or right edge, at any time before, during and after, with any token that may
 * stand outside have a rank above R, and every merge left inside it, too. Then the word ends in the
 * same tokens. For as long as the piece has not gone through its merges, the next of them is there
 * and has at most rank R, so the loop never takes a merge over an edge; and merges outside that it
 * takes meanwhile, of at most rank R, are the same ones with the piece merged before, whose new
 * pairs all have ranks above R. Ranks are different for different pairs, so ties are between places
 * of one pair, and the leftmost one outside stays the leftmost. Nothing is asked of the other
 * merges: a table in which a token is used at a lower rank than it is made is as good as another.
 *
 * <p>Immutable, shared by all threads.
 */
final class FirstSymbols {
  private static final int TWO_BYTES = 0x80;
  private static final int THREE_BYTES = 0x800;
  private static final int NO_TOKEN = -1;

  private final int[] idOfByte;

  /** By char: its token behind a char of several bytes or at the beginning of a word. */
  private final int[] letter = new int[THREE_BYTES];

  /** By char, twice: the one or two tokens of a space and it at the beginning of a word. */
  private final int[] spaceAndLetter = new int[2 * THREE_BYTES];

  FirstSymbols(MergeTable merges, int[] idOfByte) {
    this.idOfByte = idOfByte;
    Arrays.fill(letter, NO_TOKEN);
    Arrays.fill(spaceAndLetter, NO_TOKEN);
    EdgeRanks edges = new EdgeRanks(merges, idOfByte);
    byte[] bytes = new byte[2];
    for (char c = TWO_BYTES; c < THREE_BYTES; c++) {
      Utf8.encode(new char[] {c}, 0, 1, bytes);
      int lead = idOfByte[bytes[0] & 0xFF];
      int last = idOfByte[bytes[1] & 0xFF];
      int[] alone = edges.merge(false, lead, last);
      if (alone.length == 1) {
        letter[c] = alone[0];
      }
      int[] spaced = edges.merge(true, idOfByte[' '], lead, last);
      if (spaced.length < 3) {
        System.arraycopy(spaced, 0, spaceAndLetter, 2 * c, spaced.length);
      }
    }
  }

  /**
   * Writes the symbols of the word {@code text[from, to)} and returns their number.
   *
   * @param bytes room for the bytes of one character
   * @param ids room for three symbols per char
   */
  int write(char[] text, int from, int to, byte[] bytes, int[] ids) {
    int count = 0;
    int at = from;
    boolean afterLetter = true; // Nothing in front is as good: only the first space looks there.
    if (text[from] == ' ' && from + 1 < to && isTwoBytes(text[from + 1])) {
      int pair = 2 * text[from + 1];
      if (spaceAndLetter[pair] != NO_TOKEN) {
        ids[count++] = spaceAndLetter[pair];
        if (spaceAndLetter[pair + 1] != NO_TOKEN) {
          ids[count++] = spaceAndLetter[pair + 1];
        }
        at = from + 2;
      }
    }
    while (at < to) {
      char c = text[at];
      if (c < TWO_BYTES) {
        ids[count++] = idOfByte[c];
        afterLetter = false;
        at++;
        continue;
      }
      if (c < THREE_BYTES && afterLetter && letter[c] != NO_TOKEN) {
        ids[count++] = letter[c];
        at++;
        continue;
      }
      int end = Character.isHighSurrogate(c) ? at + 2 : at + 1;
      int length = Utf8.encode(text, at, end, bytes);
      for (int i = 0; i < length; i++) {
        ids[count++] = idOfByte[bytes[i] & 0xFF];
      }
      afterLetter = true;
      at = end;
    }
    return count;
  }

  private static boolean isTwoBytes(char c) {
    return c >= TWO_BYTES && c < THREE_BYTES;
  }
}
