package kz.qaqpa.ws.frame;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpServerCodec;
import reactor.netty.NettyPipeline;

/**
 * Ends connections whose client did not wait for the answer to its handshake (RFC 6455, section
 * 4.1). Its bytes lie in the HTTP codec, which passes them on past the frame decoder when it is
 * removed; nobody behind it would release them. Runs on the event loop.
 */
public final class EarlyBytes extends ChannelInboundHandlerAdapter {
  private static final String MEANWHILE = "qaqpa.tooEarlyBytes";

  private EarlyBytes() {}

  /** To be called where it may take time to answer; ended by {@link #endMeanwhile}. */
  public static void refuseMeanwhile(Channel channel) {
    ChannelHandlerContext codec = channel.pipeline().context(HttpServerCodec.class);
    if (codec != null) { // Or it would take some of them for the space between two requests.
      channel.pipeline().addBefore(codec.name(), MEANWHILE, new EarlyBytes());
    }
  }

  /** To be called once it is known what the answer is. */
  public static void endMeanwhile(Channel channel) {
    if (channel.pipeline().get(MEANWHILE) != null) {
      channel.pipeline().remove(MEANWHILE);
    }
  }

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
