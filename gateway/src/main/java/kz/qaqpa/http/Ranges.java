package kz.qaqpa.http;

import java.time.Duration;

/** Range checks of settings. */
final class Ranges {
  private Ranges() {}

  static void check(String name, int value, int low, int high) {
    if (value < low || value > high) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + low + " to " + high + ")");
    }
  }

  static void check(String name, Duration value, Duration low, Duration high) {
    if (value.compareTo(low) < 0 || value.compareTo(high) > 0) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: " + low + " to " + high + ")");
    }
  }
}
