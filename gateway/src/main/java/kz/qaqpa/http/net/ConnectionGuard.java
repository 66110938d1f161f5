package kz.qaqpa.http.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;

/**
 * Two limits that Reactor Netty does not have: connections in all, and the time a client may take
 * to send the head of a request (its idle timeout starts anew with every byte, so that a client
 * that sends one a minute would hold a connection for ever). Any thread.
 */
@Sharable
public final class ConnectionGuard extends ChannelInboundHandlerAdapter {
  private final int maxConnections;
  private final Duration headTimeout;
  private final ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

  /**
   * At most so many connections; each gets {@code headTimeout} from the first byte of a request to
   * the end of its headers.
   */
  public ConnectionGuard(int maxConnections, Duration headTimeout) {
    this.maxConnections = maxConnections;
    this.headTimeout = headTimeout;
  }

  /** Puts a new connection under guard. */
  public void watch(Channel channel) {
    open.add(channel);
    if (open.size() > maxConnections) {
      channel.pipeline().addFirst(this);
    }
    Head head = new Head();
    ChannelPipeline pipeline = channel.pipeline();
    pipeline.addBefore(NettyPipeline.HttpCodec, "qaqpa.headStart", head.bytes());
    pipeline.addAfter(NettyPipeline.HttpCodec, "qaqpa.headEnd", head.messages());
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

  /** The deadline of one connection's current head. Confined to its event loop. */
  private final class Head {
    private @Nullable ScheduledFuture<?> deadline;
    private boolean expected = true;

    ChannelInboundHandlerAdapter bytes() {
      return new ChannelInboundHandlerAdapter() {
        @Override
        public void channelRead(ChannelHandlerContext context, Object bytes) {
          if (expected && deadline == null) {
            deadline =
                context
                    .executor()
                    .schedule(
                        () -> {
                          ChannelFuture _ = context.close();
                        },
                        headTimeout.toMillis(),
                        TimeUnit.MILLISECONDS);
          }
          context.fireChannelRead(bytes);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
          arrived();
          context.fireChannelInactive();
        }
      };
    }

    ChannelInboundHandlerAdapter messages() {
      return new ChannelInboundHandlerAdapter() {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
          if (message instanceof HttpRequest) {
            arrived();
            expected = false;
          }
          if (message instanceof LastHttpContent) {
            expected = true;
          }
          context.fireChannelRead(message);
        }
      };
    }

    private void arrived() {
      if (deadline != null) {
        deadline.cancel(false);
        deadline = null;
      }
    }
  }
}
