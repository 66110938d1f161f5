package kz.qaqpa.label;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import kz.qaqpa.config.Expect;
import kz.qaqpa.language.Language;
import org.jspecify.annotations.Nullable;

/**
 * Section {@code labels}.
 *
 * @param schema in which form labels are written
 * @param signThreads threads that sign; 0: a quarter of the processors, at least 1
 * @param answers that may be in the making at once: each is sure of its signature from its start
 * @param signTimeout what a signature may take, waiting included; matters for keys in tokens
 * @param httpSignatures whether heads of responses with model output are signed as of RFC 9421
 * @param defaultLanguage {@code kk}, {@code ru} or {@code en}: of notices where a text is in none
 * @param keys what signs and has signed; none: one that the gateway makes while bound to loopback
 * @param watermarkKey file with the watermark's key, 16 hexadecimal digits; empty: as with keys
 * @param saltKey file with the secret of cache salts, 64 hexadecimal digits; empty: as with keys
 * @param pkcs11 the token that keys with an alias are in
 * @param retention age at which labels leave the registry, 1 day to 100 years
 * @param verificationsPerMinute by one client, an IPv4 address or an IPv6 network (/64), who needs
 *     no key for it
 */
public record LabelSettings(
    String schema,
    int signThreads,
    int answers,
    Duration signTimeout,
    boolean httpSignatures,
    String defaultLanguage,
    List<Key> keys,
    String watermarkKey,
    String saltKey,
    Pkcs11 pkcs11,
    Duration retention,
    int verificationsPerMinute) {
  /** Checks ranges. */
  public LabelSettings {
    Expect.range("labels.signThreads", signThreads, 0, 256);
    Expect.range("labels.answers", answers, 1, 1_000_000);
    Expect.range("labels.signTimeout", signTimeout, Duration.ofMillis(100), Duration.ofMinutes(1));
    Expect.range("labels.retention", retention, Duration.ofDays(1), Duration.ofDays(36_500));
    Expect.range("labels.verificationsPerMinute", verificationsPerMinute, 1, 1_000_000);
    if (!List.of("kk", "ru", "en").contains(defaultLanguage)) {
      throw new IllegalArgumentException(
          "labels.defaultLanguage: " + defaultLanguage + " (expected: kk, ru or en)");
    }
    keys = List.copyOf(keys);
    if (keys.stream().anyMatch(key -> key.alias() != null) && pkcs11.library().isEmpty()) {
      throw new IllegalArgumentException(
          "labels.pkcs11.library: absent (expected: a file, as a key is in a token)");
    }
  }

  /** The language of notices where a text is in none of the three. */
  public Language fallback() {
    return Language.of(defaultLanguage);
  }

  /** {@link #signThreads} with 0 resolved. */
  public int signers() {
    return signThreads > 0
        ? signThreads
        : Math.max(1, Runtime.getRuntime().availableProcessors() / 4);
  }

  /**
   * A key, in a file or in a token. It signs labels of its time, and labels of its time are
   * verified by it for ever.
   *
   * @param file PEM: the private key (PKCS #8, no password), then the public one; the public one
   *     alone where a key has retired
   * @param alias name of the key in the token
   * @param notBefore when its time begins; always so if absent
   * @param notAfter when its time ends; never if absent
   */
  public record Key(
      @Nullable String file,
      @Nullable String alias,
      @Nullable String notBefore,
      @Nullable String notAfter) {

    /** Checks that it is in one place, and its times. */
    public Key {
      if ((file == null) == (alias == null)) {
        throw new IllegalArgumentException(
            (file == null ? "file: absent" : "alias: beside file")
                + " (expected: either file or alias)");
      }
      Instant from = instant("notBefore", notBefore);
      Instant to = instant("notAfter", notAfter);
      if (from != null && to != null && !from.isBefore(to)) {
        throw new IllegalArgumentException(
            "notAfter: " + notAfter + " (expected: later than notBefore)");
      }
    }

    /** When its time begins, or null. */
    public @Nullable Instant from() {
      return instant("notBefore", notBefore);
    }

    /** When its time ends, or null. */
    public @Nullable Instant to() {
      return instant("notAfter", notAfter);
    }

    private static @Nullable Instant instant(String name, @Nullable String text) {
      if (text == null) {
        return null;
      }
      try {
        return Instant.parse(text);
      } catch (DateTimeException e) {
        throw new IllegalArgumentException(
            name + ": " + text + " (expected: a time such as 2027-01-01T00:00:00Z)", e);
      }
    }
  }

  /**
   * A token that keeps keys and signs with them.
   *
   * @param library its PKCS #11 library; empty for no token
   * @param slotIndex which of its slots, from 0
   * @param pinFile file with the PIN in its first line, mode 0600
   */
  public record Pkcs11(String library, int slotIndex, String pinFile) {

    /** Checks that what belongs together is there together. */
    public Pkcs11 {
      Expect.range("labels.pkcs11.slotIndex", slotIndex, 0, 1_000_000);
      if (library.chars().anyMatch(c -> c < ' ' || c == '"')) {
        throw new IllegalArgumentException(
            "labels.pkcs11.library: a quote or a control character (expected: a plain path)");
      }
      if (library.isEmpty() != pinFile.isEmpty()) {
        throw new IllegalArgumentException(
            library.isEmpty()
                ? "labels.pkcs11.pinFile: given (expected: absent, as there is no library)"
                : "labels.pkcs11.pinFile: absent (expected: a file)");
      }
    }
  }
}
