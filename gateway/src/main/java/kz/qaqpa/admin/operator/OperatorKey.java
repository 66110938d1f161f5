package kz.qaqpa.admin.operator;

import kz.qaqpa.admission.registry.Secrets;

/** Keys of operators: {@code qpa_} and 256 random bits. Functions only. */
public final class OperatorKey {
  private static final int LONGEST = 512;

  private OperatorKey() {}

  /** A key that nobody has. */
  public static String random() {
    return "qpa_" + Secrets.random();
  }

  /** What is kept of a key: SHA-256 as 64 lowercase hexadecimal digits. */
  public static String hash(String key) {
    // What is too long to be a key is not worth hashing.
    return Secrets.sha256(key.length() > LONGEST ? "" : key);
  }
}
