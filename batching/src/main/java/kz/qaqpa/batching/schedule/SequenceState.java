package kz.qaqpa.batching.schedule;

/** Where a {@link Sequence} stands. */
public enum SequenceState {
  /** In the queue, without a slot. */
  WAITING,
  /** Neither in the queue nor in a slot: it gave up its slot, and its consumer does not read. */
  PARKED,
  /** Holds a slot; its prompt is not yet computed to the end. */
  PREFILL,
  /** Holds a slot again; what was saved of it is on its way back. */
  RESTORE,
  /** Holds a slot again; its answer so far is computed once more, one token a step. */
  REPLAY,
  /** Holds a slot; one token a step. */
  DECODE,
  /** Over: no slot, its outlet has had its last event. */
  ENDED;

  /** Whether a sequence in this state holds a slot. */
  public boolean holdsSlot() {
    return this == PREFILL || this == RESTORE || this == REPLAY || this == DECODE;
  }
}
