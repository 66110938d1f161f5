package kz.qaqpa.batching.queue;

import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Confined to the step loop. One agency in one class: its counter, and what it has waiting. */
final class Account<T> {
  final double weight;
  final TreeSet<Ticket<T>> waiting = new TreeSet<>(Ticket.ORDER);

  /** Service so far, in weighted tokens divided by the agency's weight. */
  double counter;

  /** The counter by which it stands in the heap; the true one may have grown since. */
  double key;

  /** Where it stands in the heap, or {@link IndexedHeap#ABSENT}. */
  int place = IndexedHeap.ABSENT;

  /** Who of those that wait is next, null if none is left in this round. */
  @Nullable Ticket<T> candidate;

  /** Whether some of those that wait were passed over in this round. */
  boolean passed;

  /** Tickets that wait or are being worked for. */
  int live;

  Account(double weight) {
    this.weight = weight;
  }

  Ticket<T> candidate() {
    if (candidate == null) {
      throw new IllegalStateException("candidate: none (expected: one, as it is in the heap)");
    }
    return candidate;
  }

  /** Whether its turn comes before that of another one; of equals, who has waited longer. */
  boolean precedes(Account<T> other) {
    return key != other.key
        ? key < other.key
        : Ticket.ORDER.compare(candidate(), other.candidate()) < 0;
  }
}
