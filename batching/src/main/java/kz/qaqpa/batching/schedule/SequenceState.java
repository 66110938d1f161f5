package kz.qaqpa.batching.schedule;

/** Where a {@link Sequence} stands. */
public enum SequenceState {
  /** In the queue, without a slot. */
  WAITING,
  /** Holds a slot; its prompt is not yet computed to the end. */
  PREFILL,
  /** Holds a slot; one token a step. */
  DECODE,
  /** Over: no slot, its outlet has had its last event. */
  ENDED
}
