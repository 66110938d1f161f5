package kz.qaqpa.batching.queue;

import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Confined to the step loop. A binary heap whose members know their place, so that any of them is
 * taken out or moved in a logarithmic number of comparisons. Allocates only when it grows.
 */
abstract class IndexedHeap<M> {
  /** The place of who is in no heap. */
  static final int ABSENT = -1;

  private final ArrayList<M> members = new ArrayList<>();

  /** Whether a member is to stand before another one. */
  abstract boolean precedes(M member, M other);

  /** Where a member said that it stands. */
  abstract int place(M member);

  /** Has a member know where it stands. */
  abstract void setPlace(M member, int place);

  int size() {
    return members.size();
  }

  /** A member; number 0 is the first, others are in no order. */
  M get(int place) {
    return members.get(place);
  }

  /** Who precedes all others, or null if nobody is there. */
  @Nullable M top() {
    return members.isEmpty() ? null : members.getFirst();
  }

  void add(M member) {
    setPlace(member, members.size());
    members.add(member);
    rise(member);
  }

  void remove(M member) {
    int hole = place(member);
    M last = members.removeLast();
    setPlace(member, ABSENT);
    if (hole < members.size()) {
      put(last, hole);
      update(last);
    }
  }

  /** What a member is compared by is another one. */
  void update(M member) {
    rise(member);
    sink(member);
  }

  private void rise(M member) {
    int place = place(member);
    while (place > 0) {
      M parent = members.get((place - 1) / 2);
      if (!precedes(member, parent)) {
        break;
      }
      put(parent, place);
      place = (place - 1) / 2;
    }
    put(member, place);
  }

  /** What a member is compared by has grown. */
  void sink(M member) {
    int place = place(member);
    while (2 * place + 1 < members.size()) {
      int child = 2 * place + 1;
      if (child + 1 < members.size() && precedes(members.get(child + 1), members.get(child))) {
        child++;
      }
      if (!precedes(members.get(child), member)) {
        break;
      }
      put(members.get(child), place);
      place = child;
    }
    put(member, place);
  }

  private void put(M member, int place) {
    members.set(place, member);
    setPlace(member, place);
  }

  /** What is wrong with places or order, or null. */
  @Nullable String problem() {
    for (int i = 0; i < members.size(); i++) {
      M member = members.get(i);
      if (place(member) != i) {
        return "place " + i + " of the heap is held by one that says " + place(member);
      }
      if (i > 0 && precedes(member, members.get((i - 1) / 2))) {
        return "place " + i + " of the heap precedes its parent";
      }
    }
    return null;
  }
}
