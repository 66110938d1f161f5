package kz.qaqpa.batching.schedule;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Confined to the step loop. Sequences with a slot, in the order in which they got it. */
final class RunningList {
  private final @Nullable Sequence[] sequences;
  private int size;

  RunningList(int slots) {
    this.sequences = new Sequence[slots];
  }

  void add(Sequence sequence) {
    sequences[size++] = sequence;
  }

  int size() {
    return size;
  }

  Sequence get(int i) {
    Sequence sequence = sequences[i];
    if (sequence == null) {
      throw new IllegalStateException("running " + i + ": none");
    }
    return sequence;
  }

  void forEach(Consumer<Sequence> action) {
    for (int i = 0; i < size; i++) {
      action.accept(get(i));
    }
  }

  /**
   * Takes those off the list that hold no slot any more.
   *
   * @param held slots that are held in all: if they are as many as stand here, nobody has gone
   */
  void dropGone(int held) {
    if (held == size) {
      return;
    }
    int kept = 0;
    for (int i = 0; i < size; i++) {
      Sequence sequence = get(i);
      if (sequence.state.holdsSlot()) {
        sequences[kept++] = sequence;
      }
    }
    for (int i = kept; i < size; i++) {
      sequences[i] = null;
    }
    size = kept;
  }
}
