package kz.qaqpa.label.key;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Public halves of keys, by id. Immutable; any thread. */
public final class VerificationKeys {
  private final Map<String, VerificationKey> byId;

  /**
   * A set of keys.
   *
   * @throws IllegalArgumentException if two have one id
   */
  public VerificationKeys(List<VerificationKey> keys) {
    Map<String, VerificationKey> found = new LinkedHashMap<>();
    for (VerificationKey key : keys) {
      if (found.put(key.id(), key) != null) {
        throw new IllegalArgumentException("key " + key.id() + ": twice (expected: once)");
      }
    }
    this.byId = Map.copyOf(found);
  }

  /**
   * Keys of a JWK set as {@code /.well-known/jwks.json} gives it; what is no key for labels is
   * passed over.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static VerificationKeys ofJwks(byte[] json) {
    return new VerificationKeys(Jwks.read(json));
  }

  /** The key of an id, or null. */
  public @Nullable VerificationKey find(String id) {
    return byId.get(id);
  }

  /** How many there are. */
  public int size() {
    return byId.size();
  }
}
