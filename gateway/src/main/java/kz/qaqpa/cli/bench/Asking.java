package kz.qaqpa.cli.bench;

import kz.qaqpa.cli.bench.BenchClient.Measured;
import org.jspecify.annotations.Nullable;

/** What a {@link BenchConnection} asks, and who is told how that ended. On the client's thread. */
public interface Asking {

  /** The bytes of the next request, or null if there is nothing to ask now. */
  byte @Nullable [] next();

  /** A question was answered to its end. */
  void answered(Measured measured);

  /**
   * A question was refused, or its answer failed.
   *
   * @param status of HTTP
   * @param code of the error
   * @param message for people
   */
  void refused(int status, String code, String message);
}
