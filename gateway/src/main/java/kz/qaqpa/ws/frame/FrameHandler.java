package kz.qaqpa.ws.frame;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.Utf8FrameValidator;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;

/**
 * Frames of one connection to whole text messages (RFC 6455). Sits in the pipeline beneath Reactor
 * Netty, which does the handshake and sees no frame: its decoder would let reserved bits pass, its
 * outbound side knows one stream for each connection, and it closes a socket in the same breath as
 * it writes why.
 *
 * <p>Whoever breaks the protocol is told the reason in a close frame; the socket is closed when the
 * peer has answered it or after a while, since a socket that is closed with bytes unread takes what
 * was sent last with it. Confined to the event loop.
 */
public final class FrameHandler extends ChannelInboundHandlerAdapter {
  private static final String DECODER = "wsdecoder"; // As Netty's handshaker names it.

  private final int maxBytes;
  private final Duration linger;
  private final Peer peer;
  private final ByteArrayOutputStream begun = new ByteArrayOutputStream(0);
  private State state = State.OPEN;
  private @Nullable ByteBuf owedPong;

  /** What a session is told. */
  public interface Peer {
    /** A whole text message: valid UTF-8. */
    void message(byte[] utf8);

    /** Any frame came; the client lives. */
    void heard();

    /** The socket takes bytes again. */
    void writable();

    /**
     * The connection is over, or is being closed; called once.
     *
     * @param code close code, {@link #ABNORMAL} if there was none
     */
    void over(int code);
  }

  /** The code of a connection that ended without one. */
  public static final int ABNORMAL = 1006;

  private static final int LARGEST_CODE = 4999;

  private enum State {
    OPEN,
    /** A close frame was sent; what comes is dropped. */
    CLOSING
  }

  /**
   * A handler, not yet at work.
   *
   * @param maxBytes longest frame and message
   * @param linger how long a peer may take to answer a close frame
   */
  public FrameHandler(int maxBytes, Duration linger, Peer peer) {
    this.maxBytes = maxBytes;
    this.linger = linger;
    this.peer = peer;
  }

  /** Takes over a channel whose handshake is done; what came with it is told at once. */
  public void install(Channel channel) {
    ChannelPipeline pipeline = channel.pipeline();
    WebSocketDecoderConfig strict =
        WebSocketDecoderConfig.newBuilder()
            .expectMaskedFrames(true)
            .allowExtensions(false)
            .maxFramePayloadLength(maxBytes)
            .closeOnProtocolViolation(false)
            .build();
    pipeline.addBefore(NettyPipeline.ReactiveBridge, "qaqpa.utf8", new Utf8FrameValidator(false));
    pipeline.addBefore(NettyPipeline.ReactiveBridge, "qaqpa.frames", this);
    pipeline.replace(DECODER, DECODER, new WebSocket13FrameDecoder(strict));
    channel.config().setAutoRead(true);
  }

  /** Asks whether the client is there. */
  public void ping(Channel channel) {
    ChannelFuture _ = channel.writeAndFlush(new PingWebSocketFrame(Unpooled.EMPTY_BUFFER));
  }

  /** Writes a message right before {@link #close}, whatever waits elsewhere. */
  public void last(Channel channel, byte[] utf8) {
    ChannelFuture _ = channel.write(new TextWebSocketFrame(Unpooled.wrappedBuffer(utf8)));
  }

  /** Sends a close frame, once, and nothing after it. */
  public void close(Channel channel, WebSocketCloseStatus status, String reason) {
    if (state == State.OPEN) {
      state = State.CLOSING;
      ChannelFuture _ = channel.writeAndFlush(new CloseWebSocketFrame(status, reason));
      closeLater(channel);
      peer.over(status.code());
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!(message instanceof WebSocketFrame frame)) {
      context.fireChannelRead(message);
      return;
    }
    try {
      if (state == State.OPEN) {
        peer.heard();
        open(context, frame);
      } else if (frame instanceof CloseWebSocketFrame) {
        ChannelFuture _ = context.close();
      }
    } finally {
      ReferenceCountUtil.release(frame);
    }
  }

  private void open(ChannelHandlerContext context, WebSocketFrame frame) {
    switch (frame) {
      case PingWebSocketFrame ping -> pong(context.channel(), ping.content());
      case PongWebSocketFrame _ -> {}
      case CloseWebSocketFrame close -> answer(context.channel(), close);
      case BinaryWebSocketFrame _ ->
          close(
              context.channel(),
              WebSocketCloseStatus.INVALID_MESSAGE_TYPE,
              "a binary message (expected: text, JSON)");
      default -> text(context.channel(), frame); // Text or a continuation of it.
    }
  }

  private void text(Channel channel, WebSocketFrame frame) {
    ByteBuf content = frame.content();
    if (begun.size() + content.readableBytes() > maxBytes) {
      begun.reset();
      close(
          channel,
          WebSocketCloseStatus.MESSAGE_TOO_BIG,
          "a message of more bytes (expected: at most " + maxBytes + ")");
      return;
    }
    byte[] bytes = new byte[content.readableBytes()];
    content.readBytes(bytes);
    if (frame.isFinalFragment() && begun.size() == 0) {
      peer.message(bytes);
      return;
    }
    begun.writeBytes(bytes);
    if (frame.isFinalFragment()) {
      byte[] whole = begun.toByteArray();
      begun.reset();
      peer.message(whole);
    }
  }

  /** RFC 6455 asks for an answer to the latest ping only, so a flood of them buffers nothing. */
  private void pong(Channel channel, ByteBuf payload) {
    if (channel.isWritable()) {
      ChannelFuture _ = channel.write(new PongWebSocketFrame(payload.retain()));
    } else {
      forgetPong();
      owedPong = Unpooled.copiedBuffer(payload);
    }
  }

  private void forgetPong() {
    if (owedPong != null) {
      owedPong.release();
      owedPong = null;
    }
  }

  private void answer(Channel channel, CloseWebSocketFrame close) {
    int code = close.statusCode();
    if (code > LARGEST_CODE) { // Netty takes them for private ones.
      close(channel, WebSocketCloseStatus.PROTOCOL_ERROR, "close code " + code);
      return;
    }
    state = State.CLOSING;
    CloseWebSocketFrame echo =
        code < 0 ? new CloseWebSocketFrame() : new CloseWebSocketFrame(code, "");
    ChannelFuture _ = channel.writeAndFlush(echo).addListener(ChannelFutureListener.CLOSE);
    closeLater(channel);
    peer.over(code < 0 ? WebSocketCloseStatus.EMPTY.code() : code);
  }

  /** For peers that do not read, or do not answer. */
  private void closeLater(Channel channel) {
    channel.config().setAutoRead(true);
    var timer =
        channel
            .eventLoop()
            .schedule(
                () -> {
                  ChannelFuture _ = channel.close();
                },
                linger.toMillis(),
                TimeUnit.MILLISECONDS);
    channel.closeFuture().addListener(_ -> timer.cancel(false));
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    context.flush(); // Pongs.
    context.fireChannelReadComplete();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (context.channel().isWritable()) {
      if (owedPong != null) {
        ChannelFuture _ = context.channel().write(new PongWebSocketFrame(owedPong));
        owedPong = null;
      }
      peer.writable();
    }
    context.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    forgetPong();
    if (state == State.OPEN) {
      state = State.CLOSING;
      peer.over(ABNORMAL);
    }
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof CorruptedWebSocketFrameException corrupted) {
      // Netty's messages name lengths, codes and bits, never content.
      close(context.channel(), corrupted.closeStatus(), String.valueOf(corrupted.getMessage()));
    } else {
      ChannelFuture _ = context.close();
    }
  }
}
