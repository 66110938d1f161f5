package kz.qaqpa.ws.frame;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import reactor.netty.NettyPipeline;

/**
 * Ends connections whose client did not wait for the answer to its handshake (RFC 6455, section
 * 4.1). Its bytes lie in the HTTP codec, which passes them on past the frame decoder when it is
 * removed; nobody behind it would release them. Runs on the event loop.
 */
public final class EarlyBytes extends ChannelInboundHandlerAdapter {
  private EarlyBytes() {}

  /** To be called before the handshake is answered. */
  public static void refuse(Channel channel) {
    channel
        .pipeline()
        .addBefore(NettyPipeline.ReactiveBridge, "qaqpa.earlyBytes", new EarlyBytes());
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (message instanceof ByteBuf bytes) {
      bytes.release();
      ChannelFuture _ = context.close();
    } else {
      context.fireChannelRead(message);
    }
  }
}
