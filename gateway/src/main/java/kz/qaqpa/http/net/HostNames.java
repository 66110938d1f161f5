package kz.qaqpa.http.net;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which {@code Host} headers are this server: its own address and port, {@code localhost} and the
 * loopback addresses while a connection came by loopback, and names from the configuration. Any
 * other name is how a foreign page would reach a server on somebody's own machine (DNS rebinding).
 *
 * <p>Immutable.
 */
public final class HostNames {
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");
  private static final Pattern HOST =
      Pattern.compile("(\\[[0-9a-fA-F:.]{2,45}]|[A-Za-z0-9.-]{1,253})(?::(\\d{1,5}))?");

  private final Set<String> configured;

  /**
   * The names of a server beyond its own address.
   *
   * @param configured names, such as {@code ai.example.kz}; a name without a port goes with any
   * @throws IllegalArgumentException naming an entry that is no host
   */
  public HostNames(Iterable<String> configured) {
    Set<String> names = new HashSet<>();
    for (String name : configured) {
      if (!HOST.matcher(name).matches()) {
        throw new IllegalArgumentException(
            "hostNames: " + name + " (expected: a host name, with or without a port)");
      }
      names.add(name.toLowerCase(Locale.ROOT));
    }
    this.configured = Set.copyOf(names);
  }

  /**
   * Whether a request was meant for this server.
   *
   * @param hostHeaders all its {@code Host} headers; exactly one is right
   * @param local the address at which the connection arrived
   * @param secure whether it is one of TLS, which decides what no port means
   */
  public boolean accept(List<String> hostHeaders, InetSocketAddress local, boolean secure) {
    if (hostHeaders.size() != 1) {
      return false;
    }
    Matcher host = HOST.matcher(hostHeaders.getFirst());
    if (!host.matches()) {
      return false;
    }
    String name = host.group(1).toLowerCase(Locale.ROOT);
    String port = host.group(2) == null ? (secure ? "443" : "80") : host.group(2);
    return configured.contains(name)
        || configured.contains(name + ":" + port)
        || (port.equals(String.valueOf(local.getPort())) && isOwn(name, local.getAddress()));
  }

  private static boolean isOwn(String name, InetAddress local) {
    Stream<String> own = Stream.of(literal(local));
    return (local.isLoopbackAddress() ? Stream.concat(own, LOOPBACK.stream()) : own)
        .anyMatch(name::equals);
  }

  private static String literal(InetAddress address) {
    String text = address.getHostAddress().replaceFirst("%.*", "");
    return text.contains(":") ? "[" + text + "]" : text;
  }
}
