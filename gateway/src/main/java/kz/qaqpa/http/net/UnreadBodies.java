package kz.qaqpa.http.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.Http2StreamChannel;

/**
 * Answers that end before the body of their request has. A connection of HTTP/1.1 is closed then,
 * with patience ({@link LingeringClose}); a stream of HTTP/2 would stay half open for as long as
 * its client likes, so it is told to stop (RFC 9113, section 8.1). Runs on the event loop.
 */
public final class UnreadBodies {
  private UnreadBodies() {}

  /** To be called when an answer has been sent. */
  public static void refuse(Channel channel) {
    if (channel instanceof Http2StreamChannel stream && stream.isActive()) {
      // Later: the last frame of the answer may be about to be written.
      stream
          .eventLoop()
          .execute(() -> {
            if (stream.stream().state() == Http2Stream.State.HALF_CLOSED_LOCAL) {
              ChannelFuture _ =
                  stream.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.NO_ERROR));
            }
          });
    }
  }
}
