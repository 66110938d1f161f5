package kz.qaqpa.ws.door;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.http.api.Shown;
import kz.qaqpa.http.net.HostNames;

/**
 * Which pages may connect. Browsers do not ask before they open a WebSocket to another server as
 * they do before they fetch from it, so the server has to look. Clients that are no browser send no
 * {@code Origin}. Immutable.
 */
final class Origins {
  private static final Pattern ORIGIN = Pattern.compile("(https?)://([^/@?#\\s]{1,260})");

  private final Set<String> listed;
  private final HostNames own;

  Origins(List<String> listed, HostNames own) {
    this.listed = Set.copyOf(listed);
    this.own = own;
  }

  /**
   * Lets a page of this server or of a listed one pass.
   *
   * @param headers all {@code Origin} headers
   * @param local the address at which the connection arrived
   * @throws Refusal.Forbidden if it is another's
   */
  void check(List<String> headers, InetSocketAddress local) {
    if (headers.isEmpty() || (headers.size() == 1 && isGood(headers.getFirst(), local))) {
      return;
    }
    throw new Refusal.Forbidden(
        "origin_not_allowed",
        "Origin: "
            + Shown.text(headers.getFirst())
            + " (expected: this server's own, or one that its settings list)");
  }

  private boolean isGood(String origin, InetSocketAddress local) {
    if (listed.contains(origin)) {
      return true;
    }
    Matcher parts = ORIGIN.matcher(origin);
    return parts.matches()
        && own.accept(List.of(parts.group(2)), local, parts.group(1).equals("https"));
  }
}
