package kz.qaqpa.batching.queue;

import org.jspecify.annotations.Nullable;

/**
 * Confined to the step loop. Accounts that have somebody waiting, least counter first.
 *
 * <p>Counters only grow, and do so in every step for everybody who is being served. A member
 * therefore keeps the place of the counter that it had, and sinks when it gets to the top: what
 * nobody looks at costs nothing.
 */
final class AccountHeap<T> extends IndexedHeap<Account<T>> {

  @Override
  boolean precedes(Account<T> member, Account<T> other) {
    return member.precedes(other);
  }

  @Override
  int place(Account<T> member) {
    return member.place;
  }

  @Override
  void setPlace(Account<T> member, int place) {
    member.place = place;
  }

  /** Who has the least counter, or null if nobody waits. */
  @Nullable Account<T> first() {
    Account<T> top = top();
    while (top != null && top.key < top.counter) {
      top.key = top.counter;
      sink(top);
      top = top();
    }
    return top;
  }

  @Override
  void add(Account<T> account) {
    account.key = account.counter;
    super.add(account);
  }

  @Override
  @Nullable String problem() {
    for (int i = 0; i < size(); i++) {
      Account<T> member = get(i);
      if (member.waiting.isEmpty() || member.key > member.counter) {
        return "an account in the heap: key %s of %s, %d waiting"
            .formatted(member.key, member.counter, member.waiting.size());
      }
    }
    return super.problem();
  }
}
