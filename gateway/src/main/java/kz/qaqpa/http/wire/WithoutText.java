package kz.qaqpa.http.wire;

import org.jspecify.annotations.Nullable;

/**
 * A failure as it may be logged: what kind, where, and caused by what. Its messages stay out, since
 * those of libraries may repeat what a client wrote.
 */
final class WithoutText extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int DEEPEST = 5;

  private WithoutText(Throwable failure, @Nullable Throwable cause) {
    super(failure.getClass().getName(), cause);
    setStackTrace(failure.getStackTrace());
  }

  static Throwable of(Throwable failure) {
    return of(failure, DEEPEST);
  }

  private static WithoutText of(Throwable failure, int depth) {
    Throwable cause = failure.getCause();
    return new WithoutText(failure, cause == null || depth == 0 ? null : of(cause, depth - 1));
  }
}
