package kz.qaqpa.label.key;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a gateway, whose times may overlap: the one whose time began last signs, all verify.
 * Immutable; any thread.
 */
public final class KeyRing {
  private static final Comparator<SigningKey> OLDER = Comparator.comparing(KeyRing::since);

  private final List<SigningKey> signing;
  private final VerificationKeys all;
  private final byte[] jwks;

  /**
   * A ring.
   *
   * @param signing keys that can sign, in the order in which they were named
   * @param retired public halves of keys that cannot any more
   * @throws IllegalArgumentException if a key is there twice
   */
  public KeyRing(List<SigningKey> signing, List<VerificationKey> retired) {
    this.signing = List.copyOf(signing);
    List<VerificationKey> halves = new ArrayList<>();
    signing.forEach(key -> halves.add(key.half()));
    halves.addAll(retired);
    this.all = new VerificationKeys(halves);
    this.jwks = Jwks.write(halves);
  }

  /**
   * The key for a label.
   *
   * @param producedAt when the label's answer was begun
   * @return the one whose time began last of those whose time it is; null if it is no key's time
   */
  public @Nullable SigningKey signing(Instant producedAt) {
    return signing.stream().filter(key -> key.half().covers(producedAt)).max(OLDER).orElse(null);
  }

  private static Instant since(SigningKey key) {
    Instant from = key.half().notBefore();
    return from == null ? Instant.MIN : from;
  }

  /** The last moment for which there is a key that signs, or null if there is no end of it. */
  public @Nullable Instant lastMoment(Instant from) {
    Instant end = from;
    for (SigningKey key = signing(end); key != null; key = signing(end)) {
      Instant over = key.half().notAfter();
      if (over == null) {
        return null;
      }
      end = over;
    }
    return end;
  }

  /** The public halves. */
  public VerificationKeys keys() {
    return all;
  }

  /** The public halves as a JWK set (RFC 7517), for {@code /.well-known/jwks.json}. */
  public byte[] jwks() {
    return jwks.clone();
  }
}
