package kz.qaqpa.flow;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.batching.TokenEvent.Logprobs;
import kz.qaqpa.tokenizer.Tokenizer;

/**
 * Holds the probabilities of tokens back until their text may be sent: a token whose text may turn
 * out to be part of a stop string is told together with that text or never. Confined to the event
 * loop.
 */
final class ScoredTokens {
  private final Tokenizer tokenizer;
  private final ArrayDeque<Held> held = new ArrayDeque<>();
  private int points;
  private long decoded;
  private long sent;

  private record Held(ScoredToken token, long start) {}

  /**
   * Nothing yet.
   *
   * @param before what the answer begins with before its first token
   */
  ScoredTokens(Tokenizer tokenizer, String before) {
    this.tokenizer = tokenizer;
    this.points = before.codePointCount(0, before.length());
  }

  /** Takes a token, before its text. */
  void add(int id, Logprobs logprobs) {
    List<ScoredToken.Alternative> alternatives = new ArrayList<>(logprobs.topIds().length);
    for (int i = 0; i < logprobs.topIds().length; i++) {
      alternatives.add(
          new ScoredToken.Alternative(
              tokenizer.bytes(logprobs.topIds()[i]), logprobs.topLogprobs()[i]));
    }
    ScoredToken token =
        new ScoredToken(tokenizer.bytes(id), logprobs.logprob(), alternatives, points);
    held.add(new Held(token, decoded));
  }

  /** Takes text that is now known, of all tokens so far. */
  void decoded(String text) {
    decoded += text.length();
    if (!held.isEmpty()) {
      points += text.codePointCount(0, text.length());
    }
  }

  /** The tokens whose text begins within what has been sent, these characters included. */
  List<ScoredToken> sent(int characters) {
    sent += characters;
    List<ScoredToken> out = new ArrayList<>();
    while (!held.isEmpty() && held.getFirst().start < sent) {
      out.add(held.removeFirst().token);
    }
    return out;
  }

  /** All that is left: the text is at its end and no stop string was in it. */
  List<ScoredToken> rest() {
    List<ScoredToken> out = new ArrayList<>(held.stream().map(Held::token).toList());
    held.clear();
    return out;
  }
}
