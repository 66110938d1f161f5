package kz.qaqpa.http.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A connection that is closed here because its peer has closed it. */
class ClosedBeforeTest {
  @Test
  void nobodyLingersForWhoHasGone() throws Exception {
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Void> closed = new CompletableFuture<>();
      new Bootstrap()
          .group(group)
          .channel(NioSocketChannel.class)
          .handler(new ClosesWhenGone(closed))
          .connect(server.getLocalSocketAddress())
          .sync();
      server.accept().close();
      assertThat(closed.get(60, TimeUnit.SECONDS)).isNull();
    } finally {
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }

  /** As a server would in the middle of a request. */
  private static final class ClosesWhenGone extends ChannelInboundHandlerAdapter {
    private final CompletableFuture<Void> closed;

    ClosesWhenGone(CompletableFuture<Void> closed) {
      this.closed = closed;
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      context.pipeline().addFirst(new LingeringClose(Duration.ofMinutes(10)));
      context.close().addListener(_ -> closed.complete(null));
    }
  }
}
