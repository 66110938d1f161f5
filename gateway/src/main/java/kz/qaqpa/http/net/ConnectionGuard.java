package kz.qaqpa.http.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;

/**
 * Limits that Reactor Netty does not have: connections in all and of one address, and what {@link
 * Heads} guards. A connection is one of the network; the streams of HTTP/2 are not counted here.
 * Any thread.
 */
@Sharable
public final class ConnectionGuard extends ChannelInboundHandlerAdapter {
  private final int maxConnections;
  private final int maxPerAddress;
  private final Heads heads;
  private final ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final ConcurrentMap<String, Integer> addresses = new ConcurrentHashMap<>();

  /**
   * What a connection gets.
   *
   * @param maxConnections connections in all; more are closed as they come
   * @param maxPerAddress the same for those of one client
   * @param timeouts how long a client may take
   * @param bareErrors handler of answers to what is no HTTP/1.1
   */
  public ConnectionGuard(
      int maxConnections, int maxPerAddress, Timeouts timeouts, ChannelHandler bareErrors) {
    this.maxConnections = maxConnections;
    this.maxPerAddress = maxPerAddress;
    this.heads = new Heads(timeouts, bareErrors);
  }

  /**
   * How long a client may take.
   *
   * @param head from the first byte of a request to the end of its headers
   * @param body to stop sending what was refused
   * @param idle without a request
   */
  public record Timeouts(Duration head, Duration body, Duration idle) {}

  /** Puts a new connection under guard. */
  public void watch(Channel channel) {
    open.add(channel);
    if (open.size() > maxConnections || count(channel) > maxPerAddress) {
      channel.pipeline().addFirst(this);
    }
    heads.watch(channel.pipeline());
  }

  private int count(Channel channel) {
    if (!(channel.remoteAddress() instanceof InetSocketAddress remote)) {
      return 0;
    }
    String client = client(remote.getAddress());
    int count = addresses.merge(client, 1, Integer::sum);
    channel
        .closeFuture()
        .addListener(
            _ -> addresses.computeIfPresent(client, (_, left) -> left == 1 ? null : left - 1));
    return count;
  }

  /** An address; of IPv6 the network, since a host has 2^64 addresses of its own. */
  private static String client(InetAddress address) {
    byte[] bytes = address.getAddress();
    return HexFormat.of().formatHex(bytes, 0, Math.min(8, bytes.length));
  }

  /** Tells HTTP/2 clients to send what comes next to another server; their streams go on. */
  public void goAway() {
    for (Channel channel : open) {
      channel
          .eventLoop()
          .execute(() -> {
            ChannelHandlerContext streams = channel.pipeline().context(Http2MultiplexHandler.class);
            if (streams != null) {
              ChannelFuture _ =
                  streams.writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR));
            }
          });
    }
  }

  /** A connection speaks WebSocket from now on: it has clocks of its own. On its event loop. */
  public static void upgraded(Channel channel) {
    Heads.upgraded(channel.pipeline());
  }

  /** Closes all connections; waits for that up to a second. */
  public void closeAll() {
    open.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
  }

  /** In the pipeline only of connections beyond the limit. */
  @Override
  public void channelActive(ChannelHandlerContext context) {
    ChannelFuture _ = context.close();
  }
}
