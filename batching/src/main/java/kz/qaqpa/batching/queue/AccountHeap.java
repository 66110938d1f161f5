package kz.qaqpa.batching.queue;

import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Confined to the step loop. Accounts that have somebody waiting, least counter first: a binary
 * heap whose members know their place.
 *
 * <p>Counters only grow, and do so in every step for everybody who is being served. A member
 * therefore keeps the place of the counter that it had, and sinks when it gets to the top: what
 * nobody looks at costs nothing.
 */
final class AccountHeap<T> {
  private final ArrayList<Account<T>> members = new ArrayList<>();

  int size() {
    return members.size();
  }

  /** A member; number 0 is the first in turn after {@link #first}, others are in no order. */
  Account<T> get(int place) {
    return members.get(place);
  }

  /** Who has the least counter, or null if nobody waits. */
  @Nullable Account<T> first() {
    if (members.isEmpty()) {
      return null;
    }
    for (Account<T> top = members.getFirst(); top.key < top.counter; top = members.getFirst()) {
      top.key = top.counter;
      sink(top);
    }
    return members.getFirst();
  }

  void add(Account<T> account) {
    account.key = account.counter;
    account.place = members.size();
    members.add(account);
    rise(account);
  }

  void remove(Account<T> account) {
    Account<T> last = members.removeLast();
    int hole = account.place;
    account.place = Account.ABSENT;
    if (last != account) {
      put(last, hole);
      update(last);
    }
  }

  /** The account's counter or candidate is another one. */
  void update(Account<T> account) {
    rise(account);
    sink(account);
  }

  private void rise(Account<T> account) {
    int place = account.place;
    while (place > 0) {
      Account<T> parent = members.get((place - 1) / 2);
      if (!account.precedes(parent)) {
        break;
      }
      put(parent, place);
      place = (place - 1) / 2;
    }
    put(account, place);
  }

  private void sink(Account<T> account) {
    int place = account.place;
    while (2 * place + 1 < members.size()) {
      int child = 2 * place + 1;
      if (child + 1 < members.size() && members.get(child + 1).precedes(members.get(child))) {
        child++;
      }
      if (!members.get(child).precedes(account)) {
        break;
      }
      put(members.get(child), place);
      place = child;
    }
    put(account, place);
  }

  private void put(Account<T> account, int place) {
    members.set(place, account);
    account.place = place;
  }

  /** What is wrong with the order, or null. */
  @Nullable String problem() {
    for (int i = 0; i < members.size(); i++) {
      Account<T> member = members.get(i);
      if (member.place != i || member.waiting.isEmpty() || member.key > member.counter) {
        return "place " + i + " of the heap: " + member.place + ", " + member.waiting.size();
      }
      if (i > 0 && member.precedes(members.get((i - 1) / 2))) {
        return "place " + i + " of the heap precedes its parent";
      }
    }
    return null;
  }
}
