package kz.qaqpa.cli.soak.load;

import java.util.random.RandomGenerator;

/** Somebody who does the same thing again and again. Each is confined to one thread. */
public interface User extends AutoCloseable {

  /** What it is called in reports. */
  String name();

  /**
   * Does it once and notes how that ended.
   *
   * @param random its own
   * @throws Exception if something happened that it has no name for
   */
  void turn(RandomGenerator random) throws Exception;

  /** How long it then pauses on average, in milliseconds. */
  int pauseMillis();

  /** Lets go of what it holds. */
  @Override
  default void close() {}
}
