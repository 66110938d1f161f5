package kz.qaqpa.cli.bench.edge;

import java.util.Arrays;
import java.util.List;

/** Who answers, and how. */
enum Variant {
  GATEWAY("gateway", "gateway, labels without their signature", Server.GATEWAY, Mode.EACH, true),
  SIGNED("gateway-signed", "gateway, everything on", Server.GATEWAY, Mode.EACH, false),
  REACTOR("reactor", "bare Reactor Netty, as it flushes", Server.REACTOR, Mode.ONCE, false),
  REACTOR_EACH(
      "reactor-each", "bare Reactor Netty, each event flushed", Server.REACTOR, Mode.EACH, false),
  NETTY("netty", "bare Netty, flushed at the end", Server.NETTY, Mode.ONCE, false),
  NETTY_EACH("netty-each", "bare Netty, each event flushed", Server.NETTY, Mode.EACH, false),
  GATEWAY_WHOLE("gateway", "gateway, without the signature", Server.GATEWAY, Mode.WHOLE, true),
  SIGNED_WHOLE("gateway-signed", "gateway, everything on", Server.GATEWAY, Mode.WHOLE, false),
  REACTOR_WHOLE("reactor", "bare Reactor Netty", Server.REACTOR, Mode.WHOLE, false),
  NETTY_WHOLE("netty", "bare Netty", Server.NETTY, Mode.WHOLE, false);

  /** A process. */
  enum Server {
    GATEWAY,
    REACTOR,
    NETTY
  }

  private final String tag;
  private final String words;
  private final Server server;
  private final Mode mode;
  private final boolean isVoid;

  Variant(String tag, String words, Server server, Mode mode, boolean isVoid) {
    this.tag = tag;
    this.words = words;
    this.server = server;
    this.mode = mode;
    this.isVoid = isVoid;
  }

  /** Those that stream, in the order in which they are measured. */
  static List<Variant> streamed() {
    return Arrays.stream(values()).filter(variant -> variant.mode != Mode.WHOLE).toList();
  }

  /** The others. */
  static List<Variant> whole() {
    return Arrays.stream(values()).filter(variant -> variant.mode == Mode.WHOLE).toList();
  }

  /** In names of figures. */
  String tag() {
    return tag;
  }

  /** For people. */
  String words() {
    return words;
  }

  Server server() {
    return server;
  }

  Mode mode() {
    return mode;
  }

  /** Whether signatures cost nothing meanwhile. */
  boolean isVoid() {
    return isVoid;
  }
}
