package kz.qaqpa.load.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import kz.qaqpa.load.run.Caller.Role;

/**
 * The agencies of a gateway of a simulation's own, with new keys each time.
 *
 * @param quotaAgencies how many have a limit that will be used up
 * @param tokensPerDay that limit
 */
public record Registry(int quotaAgencies, long tokensPerDay) {
  private static final int QUIET_AGENCIES = 4;
  private static final int KEY_BYTES = 32;

  /** Writes {@code qaqpa.yaml} and {@code agencies.yaml}; returns who may ask. */
  List<Caller> write(Path config) throws IOException {
    List<Caller> callers = new ArrayList<>();
    callers.add(caller(Role.CHAT, "load-chat", 0));
    callers.add(caller(Role.NOISY, "load-noisy", 0));
    for (int i = 1; i <= QUIET_AGENCIES; i++) {
      callers.add(caller(Role.QUIET, "load-quiet-" + i, 0));
    }
    for (int i = 1; i <= quotaAgencies; i++) {
      callers.add(caller(Role.QUOTA, "load-quota-" + i, tokensPerDay));
    }
    StringBuilder yaml = new StringBuilder("agencies:\n");
    callers.forEach(caller -> yaml.append(agency(caller)));
    Files.createDirectories(config);
    Files.writeString(config.resolve("agencies.yaml"), yaml);
    Files.writeString(config.resolve("qaqpa.yaml"), settings());
    return callers;
  }

  /** What many connections of one address need; the rest is as shipped. */
  private static String settings() {
    return """
    http:
      maxConnections: 60000
      maxConnectionsPerAddress: 60000
    batching:
      queueRequests: 20000
      queueTokens: 20000000
    """;
  }

  private static Caller caller(Role role, String agency, long tokensPerDay) {
    byte[] random = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(random);
    String key = "qpk_" + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    return new Caller(role, agency, key, tokensPerDay);
  }

  /** The noisy one has the usual number of streams, all others as many as they like. */
  private static String agency(Caller caller) {
    String id = caller.agency();
    String name = "{kk: " + id + ", ru: " + id + ", en: " + id + "}";
    String streams = caller.role() == Role.NOISY ? "64" : "60000";
    String tokens = caller.tokensPerDay() == 0 ? "" : ", tokensPerDay: " + caller.tokensPerDay();
    return """
      - id: %1$s
        name: %2$s
        applications:
          - id: load
            declaration:
              purpose: %2$s
              owner: %2$s
              holder: %2$s
              risk: minimal
              autonomy: low
              mode: open
              ground: [service_notice]
            limits: {concurrentStreams: %3$s%4$s}
            keys:
              - sha256: "%5$s"
    """
        .formatted(id, name, streams, tokens, sha256(caller.key()));
  }

  private static String sha256(String key) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(key.getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
