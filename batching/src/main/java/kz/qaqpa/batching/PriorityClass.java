package kz.qaqpa.batching;

/** Whose turn comes first, whatever its agency: earlier classes before later ones. */
public enum PriorityClass {
  /** A citizen waits. */
  CITIZEN,
  /** Somebody waits. */
  INTERACTIVE,
  /** Nobody waits. */
  BATCH
}
