package kz.qaqpa.http.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Limits that Reactor Netty does not have: connections in all, and what {@link Heads} guards. A
 * connection is one of the network; the streams of HTTP/2 are not counted here. Any thread.
 */
@Sharable
public final class ConnectionGuard extends ChannelInboundHandlerAdapter {
  private final int maxConnections;
  private final Heads heads;
  private final ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

  /**
   * At most so many connections; each gets {@code headTimeout} from the first byte of a request to
   * the end of its headers, and {@code idleTimeout} without a request.
   */
  public ConnectionGuard(int maxConnections, Duration headTimeout, Duration idleTimeout) {
    this.maxConnections = maxConnections;
    this.heads = new Heads(headTimeout, idleTimeout);
  }

  /** Puts a new connection under guard. */
  public void watch(Channel channel) {
    open.add(channel);
    if (open.size() > maxConnections) {
      channel.pipeline().addFirst(this);
    }
    heads.watch(channel.pipeline());
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
