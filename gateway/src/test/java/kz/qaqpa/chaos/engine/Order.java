package kz.qaqpa.chaos.engine;

/** What an engine does instead of, or before, its next step. */
public enum Order {
  /** Fails the step. */
  FAIL_ONCE,
  /** Fails for good. */
  FAIL_FOR_GOOD,
  /** Throws what no engine may: the end of the thread that calls it. */
  BREAK_THE_CALLER,
  /** Stays in a native call for {@link #LATE_MILLIS}. */
  RETURN_LATE,
  /** Stays in a native call. */
  NEVER_RETURN,
  /** Follows a null pointer in native code. */
  CRASH;

  /** How late a late call returns. */
  public static final int LATE_MILLIS = 5_000;
}
