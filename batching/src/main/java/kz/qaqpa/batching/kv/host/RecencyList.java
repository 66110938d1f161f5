package kz.qaqpa.batching.kv.host;

/** Confined to the step loop. Some of the blocks of a pool, the one used last first. */
final class RecencyList {
  private final int[] newer;
  private final int[] older;
  private final int head; // Older of it is the newest, newer of it the oldest.
  private int size;

  RecencyList(int blocks) {
    this.head = blocks;
    this.newer = new int[blocks + 1];
    this.older = new int[blocks + 1];
    newer[head] = head;
    older[head] = head;
  }

  int size() {
    return size;
  }

  /** The block used longest ago, or {@link #end} if there is none. */
  int oldest() {
    return newer[head];
  }

  /** The block used right after this one, or {@link #end}. */
  int newer(int id) {
    return newer[id];
  }

  int end() {
    return head;
  }

  void addNewest(int id) {
    addBehind(head, id);
  }

  /** As if it had been used right before another one of the list. */
  void addBehind(int other, int id) {
    newer[id] = other;
    older[id] = older[other];
    newer[older[other]] = id;
    older[other] = id;
    size++;
  }

  void remove(int id) {
    newer[older[id]] = newer[id];
    older[newer[id]] = older[id];
    size--;
  }
}
