package kz.qaqpa.config;

import java.time.Duration;
import java.util.regex.Pattern;

/** What records of settings ask of their values. Functions only. */
public final class Expect {
  private static final Pattern ORIGIN =
      Pattern.compile("https?://(\\[[0-9a-f:.]{2,45}]|[a-z0-9.-]{1,253})(:[0-9]{1,5})?");

  private Expect() {}

  /**
   * A number in a range.
   *
   * @param name what messages call it
   * @param low least, included
   * @param high most, included
   * @throws IllegalArgumentException naming value and range
   */
  public static void range(String name, long value, long low, long high) {
    if (value < low || value > high) {
      throw outside(name, value, low, high);
    }
  }

  /** A time in a range; as {@link #range(String, long, long, long)}. */
  public static void range(String name, Duration value, Duration low, Duration high) {
    if (value.compareTo(low) < 0 || value.compareTo(high) > 0) {
      throw outside(name, value, low, high);
    }
  }

  private static IllegalArgumentException outside(
      String name, Object value, Object low, Object high) {
    return new IllegalArgumentException(
        name + ": " + value + " (expected: " + low + " to " + high + ")");
  }

  /**
   * The origin of a page (RFC 6454) as browsers send it.
   *
   * @throws IllegalArgumentException naming the value and what an origin looks like
   */
  public static void origin(String name, String value) {
    if (!ORIGIN.matcher(value).matches()) {
      throw new IllegalArgumentException(
          name
              + ": "
              + value
              + " (expected: an origin such as https://app.example.kz, in lower case, no path)");
    }
  }
}
