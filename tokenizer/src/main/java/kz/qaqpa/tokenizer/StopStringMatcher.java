package kz.qaqpa.tokenizer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Ends a stream of text before the first stop string, wherever the borders of its tokens lie. Text
 * that may be the beginning of a stop string is held back, so that no part of one gets out. The
 * first to be complete counts; of two that end together, the longer one.
 *
 * <p>One automaton over all stop strings (Aho and Corasick, 1975): each character is looked at
 * once. Confined to one thread at a time.
 */
public final class StopStringMatcher {
  private static final int ROOT = 0;

  /** By state: its transitions within the trie, its fallback, its depth, the match that ends. */
  private final List<Map<Character, Integer>> next = new ArrayList<>();

  private final int[] fallback;
  private final int[] depth;
  private final int[] matchLength;

  private final StringBuilder held = new StringBuilder();
  private int state = ROOT;
  private boolean matched;

  /**
   * Makes a matcher for one stream.
   *
   * @param stopStrings well-formed, none of them empty; none at all is fine
   * @throws IllegalArgumentException naming a stop string that cannot be used, not its text
   */
  public StopStringMatcher(List<String> stopStrings) {
    int states = 1;
    for (String stop : stopStrings) {
      states += stop.length();
    }
    fallback = new int[states];
    depth = new int[states];
    matchLength = new int[states];
    next.add(new HashMap<>());
    for (int i = 0; i < stopStrings.size(); i++) {
      check(stopStrings.get(i), i);
      add(stopStrings.get(i));
    }
    linkFallbacks();
  }

  private static void check(String stop, int index) {
    if (stop.isEmpty()) {
      throw new IllegalArgumentException("stop[" + index + "]: empty (expected: text)");
    }
    if (stop.codePoints().anyMatch(c -> c >= 0xD800 && c <= 0xDFFF)) {
      throw new IllegalArgumentException(
          "stop[" + index + "]: unpaired surrogate (expected: well-formed UTF-16)");
    }
  }

  private void add(String stop) {
    int at = ROOT;
    for (int i = 0; i < stop.length(); i++) {
      char c = stop.charAt(i);
      Integer to = next.get(at).get(c);
      if (to == null) {
        to = next.size();
        next.add(new HashMap<>());
        next.get(at).put(c, to);
        depth[to] = depth[at] + 1;
      }
      at = to;
    }
    matchLength[at] = stop.length();
  }

  /** Breadth first: the fallback of a state is that of its longest proper suffix. */
  private void linkFallbacks() {
    ArrayDeque<Integer> queue = new ArrayDeque<>(next.get(ROOT).values());
    while (!queue.isEmpty()) {
      int at = queue.remove();
      next.get(at)
          .forEach((c, to) -> {
            fallback[to] = follow(fallback[at], c);
            queue.add(to);
          });
      matchLength[at] = Math.max(matchLength[at], matchLength[fallback[at]]);
    }
  }

  private int follow(int from, char c) {
    int at = from;
    while (true) {
      Integer to = next.get(at).get(c);
      if (to != null) {
        return to;
      }
      if (at == ROOT) {
        return ROOT;
      }
      at = fallback[at];
    }
  }

  /**
   * Takes the next text, which may end anywhere but inside a surrogate pair.
   *
   * @return what may be sent on now; nothing more once a stop string was found
   */
  public String push(String text) {
    if (matched) {
      return "";
    }
    for (int i = 0; i < text.length(); i++) {
      state = follow(state, text.charAt(i));
      if (matchLength[state] > 0) {
        matched = true;
        held.append(text, 0, i + 1);
        return take(held.length() - matchLength[state]);
      }
    }
    held.append(text);
    return take(held.length() - depth[state]);
  }

  private String take(int length) {
    String out = held.substring(0, length);
    held.delete(0, length);
    return out;
  }

  /** Whether a stop string was found, so that the stream is over. */
  public boolean matched() {
    return matched;
  }

  /**
   * Ends the stream.
   *
   * @return what was held back and turned out to be no stop string
   */
  public String finish() {
    String rest = matched ? "" : held.toString();
    held.setLength(0);
    state = ROOT;
    return rest;
  }
}
