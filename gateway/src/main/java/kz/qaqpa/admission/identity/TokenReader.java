package kz.qaqpa.admission.identity;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import kz.qaqpa.admission.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * What a token says, before anybody has checked that it is true: enough to know whose keys to check
 * it with. Of its header {@code alg}, {@code kid} and {@code typ} count; where it says that keys
 * could be found ({@code jku}, {@code jwk}, {@code x5u}, {@code x5c}) is not looked at. Functions
 * only.
 */
final class TokenReader {
  /** Longest token, in characters. */
  static final int LONGEST = 8 << 10;

  private static final int LONGEST_KID = 256;

  /** Nimbus decodes Base64url and skips what is none; here that is no token. */
  private static final Pattern COMPACT =
      Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");

  /** A token for something else, such as a logout, is signed with the same keys. */
  private static final Set<String> TYPES = Set.of("jwt", "at+jwt", "application/at+jwt");

  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
  private static final Base64.Decoder DECODER = Base64.getUrlDecoder();

  private TokenReader() {}

  /**
   * A token that can be checked.
   *
   * @param jwt the token
   * @param claims what it claims
   * @param issuer who has issued it, if it is true
   * @param algorithm how it is signed
   * @param kid id of the key, or null if it names none
   */
  record Unchecked(
      SignedJWT jwt,
      JWTClaimsSet claims,
      Issuer issuer,
      TokenAlgorithm algorithm,
      @Nullable String kid) {}

  /** Whether it looks like a token, and not like an API key. */
  static boolean isToken(String credential) {
    return credential.startsWith("eyJ") && credential.indexOf('.') > 0;
  }

  /**
   * Reads a token.
   *
   * @param issuers by their claim {@code iss}
   * @throws Refusal.Unauthorized if it could not be a good one, whatever its signature
   */
  static Unchecked read(String token, Map<String, Issuer> issuers) {
    if (token.length() > LONGEST) {
      throw refusal(token.length() + " characters", "at most " + LONGEST);
    }
    if (!COMPACT.matcher(token).matches()) {
      throw malformed();
    }
    try {
      if (!isCanonical(token)) {
        throw malformed();
      }
      SignedJWT jwt = SignedJWT.parse(token);
      if (!jwt.getPayload().toString().startsWith("{")) { // The library takes lists of pairs, too.
        throw malformed();
      }
      JWTClaimsSet claims = jwt.getJWTClaimsSet();
      checkHeader(jwt.getHeader());
      Issuer issuer = claims.getIssuer() == null ? null : issuers.get(claims.getIssuer());
      if (issuer == null) {
        throw refusal("iss is absent or unknown", "an issuer that identity.yaml names");
      }
      TokenAlgorithm algorithm = TokenAlgorithm.of(jwt.getHeader().getAlgorithm());
      if (algorithm == null || !issuer.algorithms().contains(algorithm)) {
        throw refusal("signed in another way", "one of " + issuer.algorithms());
      }
      return new Unchecked(jwt, claims, issuer, algorithm, jwt.getHeader().getKeyID());
    } catch (ParseException | IllegalArgumentException | IllegalStateException e) {
      throw malformed(); // A library's words may repeat the token's.
    }
  }

  /**
   * Whether each part is what its bytes are encoded to: bits of a last character that mean nothing
   * are 0 (RFC 4648, section 3.5), so that a token has one spelling.
   */
  private static boolean isCanonical(String token) {
    return Arrays.stream(token.split("\\."))
        .allMatch(part -> ENCODER.encodeToString(DECODER.decode(part)).equals(part));
  }

  private static void checkHeader(JWSHeader header) throws ParseException {
    Map<String, Object> written =
        JSONObjectUtils.parse(header.getParsedBase64URL().decodeToString());
    if (written.containsKey("crit") || written.containsKey("b64")) {
      throw refusal("crit or b64 in its header", "neither");
    }
    JOSEObjectType type = header.getType();
    if (type != null && !TYPES.contains(type.getType().toLowerCase(Locale.ROOT))) {
      throw refusal("of another type", "JWT or at+jwt");
    }
    if (header.getContentType() != null) {
      throw refusal("another token in it", "claims");
    }
    if (header.getKeyID() != null && header.getKeyID().length() > LONGEST_KID) {
      throw refusal(
          "kid of " + header.getKeyID().length() + " characters", "at most " + LONGEST_KID);
    }
  }

  private static Refusal.Unauthorized malformed() {
    return refusal("malformed", "a signed JWT in compact form");
  }

  /** What is wrong with a token, in words of ours. */
  static Refusal.Unauthorized refusal(String found, String expected) {
    return new Refusal.Unauthorized(
        "Authorization: token: " + found + " (expected: " + expected + ")");
  }
}
