package kz.qaqpa.flow;

import java.security.SecureRandom;
import java.util.HexFormat;

/** Ids that nobody can guess. Any thread. */
public final class RandomIds {
  private static final SecureRandom RANDOM = new SecureRandom();

  private RandomIds() {}

  /** 128 random bits in 32 hexadecimal digits. */
  public static String hex() {
    byte[] bytes = new byte[16];
    RANDOM.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
