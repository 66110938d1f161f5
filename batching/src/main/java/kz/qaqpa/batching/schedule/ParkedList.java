package kz.qaqpa.batching.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Confined to the step loop. Sequences that gave up their slots because their consumers do not
 * read. They are looked at by turns, some in each step.
 */
final class ParkedList {
  /** Sequences looked at in one step. */
  private static final int MOST_LOOKED_AT = 64;

  private final List<Sequence> sequences = new ArrayList<>();
  private int hand;

  int size() {
    return sequences.size();
  }

  int lookedAt() {
    return Math.min(sequences.size(), MOST_LOOKED_AT);
  }

  /** The next to be looked at; the caller may remove it. */
  Sequence next() {
    hand = hand + 1 < sequences.size() ? hand + 1 : 0;
    return sequences.get(hand);
  }

  Sequence last() {
    return sequences.getLast();
  }

  void forEach(Consumer<Sequence> action) {
    sequences.forEach(action);
  }

  void add(Sequence sequence) {
    sequence.parkedAt = sequences.size();
    sequences.add(sequence);
  }

  void remove(Sequence sequence) {
    Sequence last = sequences.removeLast();
    if (last != sequence) {
      last.parkedAt = sequence.parkedAt;
      sequences.set(last.parkedAt, last);
    }
  }
}
