package kz.qaqpa.admission.identity;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import kz.qaqpa.admission.Ids;
import kz.qaqpa.config.Expect;
import org.jspecify.annotations.Nullable;

/**
 * An identity provider as it is written.
 *
 * @param name how {@code agencies.yaml} calls it
 * @param issuer the claim {@code iss} of its tokens, exactly
 * @param audience what their claim {@code aud} must name
 * @param jwksUrl where its keys are fetched, https only; this or {@code jwksFile}
 * @param jwksFile the file that has its keys
 * @param caFile PEM file with the authorities that vouch for {@code jwksUrl}; those of the JDK if
 *     absent
 * @param algorithms how its tokens may be signed; RS256, ES256 and EdDSA if absent
 * @param subjectClaim which claim is the subject; {@code sub} if absent
 * @param clientClaim which claim is the client; {@code azp} if absent
 * @param refresh how often keys are fetched anew, 1 m to 1 d; 10 m if absent
 */
public record IssuerEntry(
    String name,
    String issuer,
    String audience,
    @Nullable String jwksUrl,
    @Nullable Path jwksFile,
    @Nullable Path caFile,
    @Nullable List<TokenAlgorithm> algorithms,
    @Nullable String subjectClaim,
    @Nullable String clientClaim,
    @Nullable Duration refresh) {
  private static final Duration USUAL_REFRESH = Duration.ofMinutes(10);

  /** Checks what belongs together. */
  public IssuerEntry {
    Ids.check("name", name);
    requireText("issuer", issuer);
    requireText("audience", audience);
    requireText("subjectClaim", subjectClaim);
    requireText("clientClaim", clientClaim);
    if ((jwksUrl == null) == (jwksFile == null)) {
      throw new IllegalArgumentException(
          (jwksUrl == null ? "neither" : "both") + " of jwksUrl and jwksFile (expected: one)");
    }
    if (jwksUrl != null) {
      checkUrl(jwksUrl);
    }
    if (caFile != null && jwksUrl == null) {
      throw new IllegalArgumentException("caFile: given (expected: absent without jwksUrl)");
    }
    if (algorithms != null && algorithms.isEmpty()) {
      throw new IllegalArgumentException("algorithms: none (expected: RS256, ES256 or EdDSA)");
    }
    if (refresh != null) {
      Expect.range("refresh", refresh, Duration.ofMinutes(1), Duration.ofDays(1));
    }
  }

  private static void requireText(String field, @Nullable String value) {
    if (value != null && value.isBlank()) {
      throw new IllegalArgumentException(field + ": \"\" (expected: text)");
    }
  }

  private static void checkUrl(String url) {
    try {
      URI uri = new URI(url);
      if ("https".equals(uri.getScheme())
          && uri.getHost() != null
          && uri.getRawUserInfo() == null
          && uri.getRawFragment() == null) {
        return;
      }
    } catch (URISyntaxException e) {
      // Told below.
    }
    throw new IllegalArgumentException(
        "jwksUrl: no such address (expected: https://host/path, without user or fragment)");
  }

  Set<TokenAlgorithm> accepted() {
    return algorithms == null ? EnumSet.allOf(TokenAlgorithm.class) : EnumSet.copyOf(algorithms);
  }

  String subjectName() {
    return subjectClaim == null ? "sub" : subjectClaim;
  }

  String clientName() {
    return clientClaim == null ? "azp" : clientClaim;
  }

  Duration refreshInterval() {
    return refresh == null ? USUAL_REFRESH : refresh;
  }
}
