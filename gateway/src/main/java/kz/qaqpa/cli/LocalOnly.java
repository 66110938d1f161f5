package kz.qaqpa.cli;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.admission.identity.IdentityFile;
import kz.qaqpa.admission.identity.IssuerEntry;
import kz.qaqpa.admission.quota.redis.QuotaSettings;
import org.jspecify.annotations.Nullable;

/**
 * Whether a gateway that may serve applications of mode {@code local} would connect to anything but
 * its own machine (article 17(4): no connection to public networks). Functions only; names are
 * compared, not looked up.
 */
final class LocalOnly {
  private LocalOnly() {}

  /**
   * Refuses settings that reach out.
   *
   * @throws IllegalArgumentException naming each of them
   */
  static void check(ServeSettings settings, IdentityFile issuers) {
    List<String> reaching = new ArrayList<>();
    add(reaching, "ledger.url", settings.ledger().url());
    if (settings.quota().store() == QuotaSettings.Store.REDIS) {
      add(reaching, "quota.redisUrl", settings.quota().redisUrl());
    }
    add(reaching, "tracing.endpoint", settings.gateway().tracing().endpoint());
    for (IssuerEntry issuer : issuers.issuers()) {
      add(reaching, "identity.yaml: jwksUrl of " + issuer.name(), issuer.jwksUrl());
    }
    if (!reaching.isEmpty()) {
      throw new IllegalArgumentException(
          "registry.localProfile: true, and these reach out: "
              + String.join("; ", reaching)
              + " (expected: addresses of this machine, or jwksFile)");
    }
  }

  private static void add(List<String> reaching, String setting, @Nullable String url) {
    if (url != null && !url.isEmpty() && !isHere(url)) {
      reaching.add(setting);
    }
  }

  /** Whether the host is a loopback address, or the name of one that no server is asked for. */
  static boolean isHere(String url) {
    try {
      String host = new URI(url).getHost();
      return host != null
          && (host.equals("localhost")
              || host.equals("[::1]")
              || host.matches("127(\\.[0-9]{1,3}){3}"));
    } catch (URISyntaxException e) {
      return false;
    }
  }
}
