package kz.qaqpa.batching;

/**
 * Why a sequence was ended from outside: the error signal of a {@link TokenStream}. No stack trace.
 */
public final class GenerationFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Kind kind;

  /** What happened. */
  public enum Kind {
    /** The deadline passed. */
    DEADLINE,
    /** The client did not read for longer than {@code stallTimeout}. */
    SLOW_CONSUMER,
    /** The engine failed the step, or altogether. */
    ENGINE,
    /** The server is stopping. */
    STOPPED
  }

  public GenerationFailure(Kind kind, String message) {
    super(message, null, false, false);
    this.kind = kind;
  }

  /** What happened. */
  public Kind kind() {
    return kind;
  }
}
