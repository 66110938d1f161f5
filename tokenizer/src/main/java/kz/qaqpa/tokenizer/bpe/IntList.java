package kz.qaqpa.tokenizer.bpe;

import java.util.Arrays;

/** A growing array of ints. Confined to one thread. */
public final class IntList {
  private int[] items;
  private int size;

  public IntList(int capacity) {
    items = new int[Math.max(capacity, 8)];
  }

  public void add(int item) {
    if (size == items.length) {
      grow(size + 1);
    }
    items[size++] = item;
  }

  /** Appends the first {@code count} of {@code source}. */
  void addAll(int[] source, int count) {
    if (items.length - size < count) {
      grow(size + count);
    }
    int[] target = items;
    int at = size;
    // Words have two or three tokens: a loop beats the call of arraycopy.
    for (int i = 0; i < count; i++) {
      target[at + i] = source[i];
    }
    size = at + count;
  }

  public int[] toArray() {
    return Arrays.copyOf(items, size);
  }

  private void grow(int atLeast) {
    items = Arrays.copyOf(items, Math.max(atLeast, items.length + (items.length >> 1)));
  }
}
