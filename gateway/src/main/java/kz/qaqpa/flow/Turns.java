package kz.qaqpa.flow;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import kz.qaqpa.http.api.ChatMessage;

/**
 * A conversation in turns, of which the oldest can be left out. A turn begins with what the user
 * says, and goes on until the user speaks again. What the system says is of no turn and always
 * stays; so does the last turn. Immutable.
 */
final class Turns {
  private final List<ChatMessage> messages;
  private final List<Integer> starts = new ArrayList<>(); // Index of each turn's first message.

  Turns(List<ChatMessage> messages) {
    this.messages = messages;
    boolean userSpeaks = false;
    for (int i = 0; i < messages.size(); i++) {
      String role = messages.get(i).role();
      if (role.equals("user") && !userSpeaks) {
        starts.add(i);
      }
      userSpeaks = isSystem(role) ? userSpeaks : role.equals("user");
    }
  }

  /**
   * What was kept.
   *
   * @param messages as they were encoded
   * @param tokens of them
   */
  @SuppressWarnings("ArrayRecordComponent") // Handed on once; never changed.
  record Kept(List<ChatMessage> messages, int[] tokens) {}

  /**
   * As much of the conversation as fits. Encodes it about log2(turns) times, and once if all of it
   * fits.
   *
   * @param characters most characters that can fit, however well they tokenise
   * @param tokens most tokens
   * @param encoder renders and encodes messages
   * @return all but as few of the oldest turns as possible; more than fit, if not even the last
   *     turn alone does
   */
  Kept fit(long characters, int tokens, Function<List<ChatMessage>, int[]> encoder) {
    int low = 0; // Leaving out fewer than these does not fit.
    while (low < most() && characters(without(low)) > characters) {
      low++;
    }
    Kept best = kept(low, encoder);
    if (best.tokens().length <= tokens || low == most()) {
      return best;
    }
    int high = most(); // Leaving out these fits, or nothing does.
    best = kept(high, encoder);
    low++;
    while (low < high) {
      int middle = (low + high) >>> 1;
      Kept encoded = kept(middle, encoder);
      if (encoded.tokens().length <= tokens) {
        best = encoded;
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return best;
  }

  private Kept kept(int leftOut, Function<List<ChatMessage>, int[]> encoder) {
    List<ChatMessage> rest = without(leftOut);
    return new Kept(rest, encoder.apply(rest));
  }

  /** Characters of what cannot be left out. */
  long leastCharacters() {
    return characters(without(most()));
  }

  private int most() {
    return Math.max(0, starts.size() - 1);
  }

  private List<ChatMessage> without(int turns) {
    if (turns == 0) {
      return messages;
    }
    int from = starts.get(turns);
    List<ChatMessage> kept = new ArrayList<>(messages.size());
    for (int i = 0; i < messages.size(); i++) {
      if (i >= from || isSystem(messages.get(i).role())) {
        kept.add(messages.get(i));
      }
    }
    return kept;
  }

  private static long characters(List<ChatMessage> messages) {
    return messages.stream().mapToLong(message -> message.content().length()).sum();
  }

  private static boolean isSystem(String role) {
    return role.equals("system") || role.equals("developer");
  }
}
