package kz.qaqpa.admission.identity;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import kz.qaqpa.config.FileWatch;
import org.jspecify.annotations.Nullable;

/** An issuer's public keys (RFC 7517). Immutable. */
final class KeySet {
  /** Longest accepted, in bytes. */
  static final int LONGEST = 64 << 10;

  /** No keys. */
  static final KeySet EMPTY = new KeySet(new byte[0], List.of());

  private final byte[] json;
  private final List<JWK> keys;

  private KeySet(byte[] json, List<JWK> keys) {
    this.json = json;
    this.keys = List.copyOf(keys);
  }

  /**
   * Reads a set. Keys of a kind that is not known here, or malformed, are as good as absent, and of
   * pairs the public half is kept: a provider may have keys for other purposes in its set.
   *
   * @throws ParseException if it is no set, too long, or has no key that can check a signature
   */
  static KeySet read(byte[] json) throws ParseException {
    if (json.length > LONGEST) {
      throw new ParseException("more than " + LONGEST + " bytes", 0);
    }
    List<Map<String, Object>> written = written(json);
    List<JWK> keys = new ArrayList<>();
    for (Map<String, Object> one : written) {
      JWK key = key(one);
      if (key != null
          && Arrays.stream(TokenAlgorithm.values())
              .anyMatch(algorithm -> algorithm.keys(null).matches(key))) {
        keys.add(key);
      }
    }
    if (keys.isEmpty()) {
      throw new ParseException("no key for RS256, ES256 or EdDSA", 0);
    }
    return new KeySet(json, keys);
  }

  /** The same of a file. */
  static KeySet read(FileWatch.Seen seen) throws ParseException {
    if (seen.trouble() != null) {
      throw new ParseException(seen.trouble(), 0);
    }
    return read(seen.content());
  }

  private static List<Map<String, Object>> written(byte[] json) throws ParseException {
    try {
      String text = new String(json, StandardCharsets.UTF_8);
      Map<String, Object>[] keys =
          JSONObjectUtils.getJSONObjectArray(JSONObjectUtils.parse(text), "keys");
      return keys == null ? List.of() : Arrays.stream(keys).filter(Objects::nonNull).toList();
    } catch (ParseException | RuntimeException e) {
      throw new ParseException("no JSON Web Key Set", 0); // A library's words may repeat a file's.
    }
  }

  private static @Nullable JWK key(Map<String, Object> written) {
    try {
      return JWK.parse(written).toPublicJWK(); // Null for a secret key.
    } catch (ParseException | RuntimeException e) {
      return null;
    }
  }

  /** Whether it was read from the same bytes. */
  boolean isOf(byte[] other) {
    return Arrays.equals(json, other);
  }

  boolean isEmpty() {
    return keys.isEmpty();
  }

  /** The keys that may have made a signature; without an id those of the right kind. */
  List<JWK> candidates(TokenAlgorithm algorithm, @Nullable String kid) {
    return keys.stream().filter(algorithm.keys(kid)::matches).toList();
  }
}
