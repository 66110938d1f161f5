package kz.qaqpa.engine;

import java.util.function.DoubleSupplier;
import java.util.regex.Pattern;

/**
 * A number that an engine shows to whoever watches it, beside what is counted of its steps.
 *
 * @param name as scrapers read it: lower case words with the unit at the end, {@code
 *     gpu_memory_used_bytes}
 * @param help one sentence
 * @param value read by any thread at any time while the engine lives and after; NaN while there is
 *     none; must not block and must not throw
 */
public record EngineGauge(String name, String help, DoubleSupplier value) {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,63}");

  /** Checks the name. */
  public EngineGauge {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("name: " + name + " (expected: a-z, 0-9 and _)");
    }
  }
}
