package kz.qaqpa.batching.queue;

import java.util.Comparator;
import kz.qaqpa.batching.PriorityClass;
import org.jspecify.annotations.Nullable;

/**
 * Built by a submitter, handed over with its owner, then confined to the step loop. The place of
 * one request in a {@link WaitingQueue}, and, from there to its end, whom its work is counted for.
 */
public final class Ticket<T> {
  /** Order within an agency. */
  static final Comparator<Ticket<?>> ORDER =
      (a, b) ->
          a.rank != b.rank ? Integer.compare(a.rank, b.rank) : Long.compare(a.number, b.number);

  final T owner;
  final String agency;
  final PriorityClass priorityClass;
  final int priority;

  /** Whether it is one of several choices of one request. */
  final boolean choice;

  final long deadline;

  /** Where it stands among those with a deadline. */
  int deadlinePlace = IndexedHeap.ABSENT;

  int rank;
  long number;
  int level;
  @Nullable Account<T> account;

  /** Links of all that wait, in order of arrival. */
  @Nullable Ticket<T> next;

  @Nullable Ticket<T> previous;

  /**
   * A ticket that is in no queue yet.
   *
   * @param priority the lower the earlier, among requests of the same agency
   * @param choice whether it is one of several choices of one request
   * @param deadline in {@link System#nanoTime()}; {@link Long#MAX_VALUE} for none
   */
  public Ticket(
      T owner,
      String agency,
      PriorityClass priorityClass,
      int priority,
      boolean choice,
      long deadline) {
    this.owner = owner;
    this.agency = agency;
    this.priorityClass = priorityClass;
    this.priority = priority;
    this.choice = choice;
    this.deadline = deadline;
  }

  /** Whose place it is. */
  public T owner() {
    return owner;
  }

  /** The number of its class, see {@link WaitingQueue#levels}; once it was added to a queue. */
  public int level() {
    return level;
  }

  Account<T> account() {
    if (account == null) {
      throw new IllegalStateException("ticket of " + agency + ": in no queue (expected: added)");
    }
    return account;
  }
}
