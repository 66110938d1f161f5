package kz.qaqpa.http.net;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection on which the client may still be sending, in the stages of RFC 9112, section
 * 9.6: nothing more is sent, what comes is thrown away until the client closes, and only then the
 * socket is let go. Bytes that meet a closed socket are answered with a reset, and a reset takes
 * from the client what it has not read yet: the answer that says why.
 *
 * <p>First of the pipeline, so that TLS has said its farewell before. A second close is immediate.
 * Confined to the event loop.
 */
final class LingeringClose extends ChannelDuplexHandler {
  /** A client that sends nothing for so long has nothing on its way. */
  private static final long QUIET_MILLIS = 1000;

  private final Duration most;
  private boolean closing;
  private boolean heard;

  /** Gives a client at most so long to stop sending. */
  LingeringClose(Duration most) {
    this.most = most;
  }

  @Override
  public void close(ChannelHandlerContext context, ChannelPromise promise) {
    if (!closing && context.channel() instanceof DuplexChannel socket) {
      closing = true;
      linger(context, socket, promise);
    } else {
      ChannelFuture _ = context.close(promise);
    }
  }

  private void linger(ChannelHandlerContext context, DuplexChannel socket, ChannelPromise promise) {
    Runnable close =
        () -> {
          ChannelFuture _ = context.close();
        };
    Runnable look =
        () -> {
          if (!heard) {
            close.run();
          }
          heard = false;
        };
    EventExecutor loop = context.executor();
    Future<?> end = loop.schedule(close, most.toMillis(), TimeUnit.MILLISECONDS);
    Future<?> silence =
        loop.scheduleWithFixedDelay(look, QUIET_MILLIS, QUIET_MILLIS, TimeUnit.MILLISECONDS);
    // Called at once where the client has closed before: nothing more will be heard of it.
    socket
        .closeFuture()
        .addListener(_ -> {
          end.cancel(false);
          silence.cancel(false);
          promise.trySuccess();
        });
    socket
        .shutdownOutput()
        .addListener(shut -> {
          if (shut.isSuccess()) {
            socket.config().setAutoRead(true);
          } else {
            close.run();
          }
        });
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object bytes) {
    if (!closing) {
      context.fireChannelRead(bytes);
    } else {
      heard = true;
      ReferenceCountUtil.release(bytes);
    }
  }
}
