package kz.qaqpa.admission.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Set;
import kz.qaqpa.admission.Caller.Proof;
import org.jspecify.annotations.Nullable;

/**
 * Whether what a token says is true, and meant for us, now. Any thread; takes up to a millisecond.
 */
final class TokenCheck {
  /** How far clocks may be apart. */
  static final Duration SKEW = Duration.ofSeconds(60);

  /** Keys tried for a token that names none; an issuer with more names them. */
  private static final int MOST_TRIED = 4;

  private final InstantSource clock;

  TokenCheck(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Checks signature and claims.
   *
   * @throws kz.qaqpa.admission.Refusal.Unauthorized saying what is wrong, without repeating it
   */
  Proof.Token check(TokenReader.Unchecked token, KeySet keys) {
    checkSignature(token, keys);
    Instant expires = checkClaims(token.claims(), token.issuer());
    String subject = text(token.claims(), token.issuer().subjectClaim());
    String client = text(token.claims(), token.issuer().clientClaim());
    if (subject == null && client == null) {
      throw TokenReader.refusal(
          "neither subject nor client",
          token.issuer().subjectClaim() + " or " + token.issuer().clientClaim());
    }
    return new Proof.Token(token.issuer().name(), subject, client, expires);
  }

  private static void checkSignature(TokenReader.Unchecked token, KeySet keys) {
    List<JWK> candidates = keys.candidates(token.algorithm(), token.kid());
    if (candidates.isEmpty()) {
      throw TokenReader.refusal("signed with an unknown key", "one of its issuer");
    }
    if (candidates.size() > MOST_TRIED) {
      throw TokenReader.refusal("no kid", "the id of its key, as its issuer has many");
    }
    for (JWK key : candidates) {
      if (verifies(token.jwt(), token.algorithm(), key)) {
        return;
      }
    }
    throw TokenReader.refusal("wrong signature", "one that its issuer made");
  }

  private static boolean verifies(SignedJWT jwt, TokenAlgorithm algorithm, JWK key) {
    try {
      return switch (algorithm) {
        case RS256 -> jwt.verify(new RSASSAVerifier(key.toRSAKey()));
        case ES256 -> jwt.verify(new ECDSAVerifier(key.toECKey()));
        case EDDSA ->
            Ed25519.verifies(
                key.toOctetKeyPair().getDecodedX(),
                jwt.getSigningInput(),
                jwt.getSignature().decode());
      };
    } catch (JOSEException | IllegalArgumentException | IllegalStateException e) {
      return false;
    }
  }

  /** The end of its time, with what clocks may be off. */
  private Instant checkClaims(JWTClaimsSet claims, Issuer issuer) {
    Instant now = clock.instant();
    if (claims.getExpirationTime() == null) { // To the library "exp": null is there.
      throw TokenReader.refusal("exp is absent", "when it expires");
    }
    try {
      new Claims(issuer, now).verify(claims, null);
    } catch (BadJWTException e) {
      throw wrong(claims, issuer, now);
    }
    Date issued = claims.getIssueTime();
    if (issued != null && issued.toInstant().isAfter(now.plus(SKEW))) {
      throw TokenReader.refusal("iat is in the future", "60 s at most");
    }
    return claims.getExpirationTime().toInstant().plus(SKEW);
  }

  /** The library's decision in words of ours, as its own repeat the token's. */
  private static RuntimeException wrong(JWTClaimsSet claims, Issuer issuer, Instant now) {
    if (!claims.getAudience().contains(issuer.audience())) {
      return TokenReader.refusal("aud is absent or another", "this gateway's");
    }
    if (!claims.getExpirationTime().toInstant().plus(SKEW).isAfter(now)) {
      return TokenReader.refusal("expired", "a new one");
    }
    return TokenReader.refusal("not valid yet", "nbf in the past");
  }

  /** A claim if it is text. */
  private static @Nullable String text(JWTClaimsSet claims, String name) {
    try {
      String text = claims.getStringClaim(name);
      return text == null || text.isEmpty() ? null : text;
    } catch (ParseException e) {
      return null;
    }
  }

  /** Nimbus's rules, at a moment of ours. */
  private static final class Claims extends DefaultJWTClaimsVerifier<SecurityContext> {
    private final Instant now;

    Claims(Issuer issuer, Instant now) {
      super(
          issuer.audience(),
          new JWTClaimsSet.Builder().issuer(issuer.issuer()).build(),
          Set.of("iss", "aud", "exp"));
      setMaxClockSkew((int) SKEW.toSeconds());
      this.now = now;
    }

    @Override
    protected Date currentTime() {
      return Date.from(now);
    }
  }
}
