package kz.qaqpa.batching.queue;

/** Confined to the step loop. Tickets that wait and have a deadline, the next one first. */
final class DeadlineHeap<T> extends IndexedHeap<Ticket<T>> {

  @Override
  boolean precedes(Ticket<T> member, Ticket<T> other) {
    return member.deadline - other.deadline < 0; // As System.nanoTime() is compared.
  }

  @Override
  int place(Ticket<T> member) {
    return member.deadlinePlace;
  }

  @Override
  void setPlace(Ticket<T> member, int place) {
    member.deadlinePlace = place;
  }
}
