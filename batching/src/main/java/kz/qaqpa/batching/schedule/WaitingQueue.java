package kz.qaqpa.batching.schedule;

import org.jspecify.annotations.Nullable;

/**
 * Confined to the step loop. Sequences without a slot, in order of arrival. Linked through the
 * sequences themselves, so that one can leave from anywhere without a search.
 */
final class WaitingQueue {
  private @Nullable Sequence first;
  private @Nullable Sequence last;
  private int size;

  void add(Sequence sequence) {
    sequence.previous = last;
    if (last == null) {
      first = sequence;
    } else {
      last.next = sequence;
    }
    last = sequence;
    size++;
  }

  void remove(Sequence sequence) {
    if (sequence.previous == null) {
      first = sequence.next;
    } else {
      sequence.previous.next = sequence.next;
    }
    if (sequence.next == null) {
      last = sequence.previous;
    } else {
      sequence.next.previous = sequence.previous;
    }
    sequence.next = null;
    sequence.previous = null;
    size--;
  }

  /** Who came first; the others follow by {@link Sequence#next}. */
  @Nullable Sequence first() {
    return first;
  }

  int size() {
    return size;
  }
}
