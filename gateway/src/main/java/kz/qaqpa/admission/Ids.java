package kz.qaqpa.admission;

import java.util.regex.Pattern;

/** Identifiers of agencies and applications: they travel in headers and logs, hence ASCII. */
public final class Ids {
  private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

  private Ids() {}

  /** Whether this is one. */
  public static boolean isId(String id) {
    return ID.matcher(id).matches();
  }

  /**
   * Checks an identifier.
   *
   * @throws IllegalArgumentException naming the field and what an identifier looks like
   */
  public static void check(String field, String id) {
    if (!isId(id)) {
      throw new IllegalArgumentException(
          field + ": \"" + id + "\" (expected: 1 to 64 of a-z, 0-9, dot, underscore, hyphen)");
    }
  }
}
