package kz.qaqpa.tokenizer.bpe;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds added tokens in text: at the leftmost place the longest one, then on behind it.
 *
 * <p>Immutable, shared by all threads. A search costs at most the text's length times that of the
 * longest token.
 */
public final class AddedTokens {
  private final Node root = new Node();

  /** One bit per char: whether a token begins with it. */
  private final long[] begins = new long[0x10000 / Long.SIZE];

  /** Takes what was found. */
  public interface Sink {
    /** Text between tokens, never empty. */
    void text(int from, int to);

    /** A token. */
    void token(int id);
  }

  private static final class Node {
    private final Map<Character, Node> next = new HashMap<>();
    private @Nullable AddedToken token;
  }

  /**
   * Makes a searcher.
   *
   * @param tokens what to search for, in the order of the file
   * @param forms the text to find each of them by
   */
  public AddedTokens(List<AddedToken> tokens, List<String> forms) {
    for (int i = 0; i < tokens.size(); i++) {
      String form = forms.get(i);
      if (form.isEmpty()) {
        continue;
      }
      char first = form.charAt(0);
      begins[first >> 6] |= 1L << first;
      Node node = root;
      for (int k = 0; k < form.length(); k++) {
        node = node.next.computeIfAbsent(form.charAt(k), c -> new Node());
      }
      if (node.token == null) {
        node.token = tokens.get(i); // Of two with one form the first counts.
      }
    }
  }

  public boolean isEmpty() {
    return root.next.isEmpty();
  }

  /**
   * Cuts {@code text[from, to)} into tokens and the text between them.
   *
   * @param literal characters that are never part of a token, by index into {@code text}
   */
  public void split(char[] text, int from, int to, BitSet literal, Sink sink) {
    int done = from;
    int at = from;
    while (at < to) {
      char first = text[at];
      Match match =
          (begins[first >> 6] >>> first & 1) == 0 ? null : longestAt(text, at, to, literal);
      if (match == null) {
        at++;
        continue;
      }
      int start = at;
      int end = match.end;
      at = end;
      AddedToken token = match.token;
      if (token.singleWord() && touchesWord(text, from, start, end, to)) {
        continue;
      }
      if (token.lstrip()) {
        while (start > done && isSpace(text[start - 1])) {
          start--;
        }
      }
      if (token.rstrip()) {
        while (end < to && isSpace(text[end])) {
          end++;
        }
      }
      if (done < start) {
        sink.text(done, start);
      }
      sink.token(token.id());
      done = end;
    }
    if (done < to) {
      sink.text(done, to);
    }
  }

  private record Match(AddedToken token, int end) {}

  private @Nullable Match longestAt(char[] text, int at, int to, BitSet literal) {
    Node node = root.next.get(text[at]);
    Match longest = null;
    for (int i = at; node != null && !literal.get(i); ) {
      i++;
      if (node.token != null) {
        longest = new Match(node.token, i);
      }
      node = i < to ? node.next.get(text[i]) : null;
    }
    return longest;
  }

  private static boolean touchesWord(char[] text, int from, int start, int end, int to) {
    return (start > from && isWord(Character.codePointBefore(text, start, from)))
        || (end < to && isWord(Character.codePointAt(text, end, to)));
  }

  /** The class {@code \w} of UTS 18. */
  private static boolean isWord(int point) {
    return Character.isAlphabetic(point)
        || switch (Character.getType(point)) {
          case Character.NON_SPACING_MARK,
              Character.ENCLOSING_MARK,
              Character.COMBINING_SPACING_MARK,
              Character.DECIMAL_DIGIT_NUMBER,
              Character.CONNECTOR_PUNCTUATION ->
              true;
          default -> point == 0x200C || point == 0x200D;
        };
  }

  /** Unicode's White_Space, all of it in the basic plane. */
  private static boolean isSpace(char c) {
    return (c >= '\t' && c <= '\r') || c == 0x85 || Character.isSpaceChar(c); // Zs, Zl, Zp
  }
}
