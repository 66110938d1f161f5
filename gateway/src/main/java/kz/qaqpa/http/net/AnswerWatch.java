package kz.qaqpa.http.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends an answer that its client does not take: what the sequence of a stalled stream held is freed
 * by the step loop, but the end of its answer, or a whole answer, would wait in the socket for
 * ever, and with it the request's permit.
 *
 * <p>One timer for each request; tokens cost nothing. Confined to the event loop.
 */
public final class AnswerWatch {
  /** Looks per timeout. One more byte taken between two of them is progress. */
  private static final int LOOKS = 4;

  private final Channel channel;
  private final long intervalMillis;
  private @Nullable ScheduledFuture<?> timer;
  private long unwritable;
  private long writable;
  private int same;

  /** Watches a connection, or a stream of HTTP/2, for as long as it answers one request. */
  public AnswerWatch(Channel channel, Duration timeout) {
    this.channel = channel;
    this.intervalMillis = Math.max(1, timeout.toMillis() / LOOKS);
  }

  /** To be called when the request begins. */
  public void start() {
    timer =
        channel
            .eventLoop()
            .scheduleWithFixedDelay(
                this::look, intervalMillis, intervalMillis, TimeUnit.MILLISECONDS);
  }

  /** To be called when the answer has been sent, or there will be none. */
  public void stop() {
    if (timer != null) {
      timer.cancel(false);
    }
  }

  /** Whether all that was written has left for the network. */
  static boolean isDrained(Channel channel) {
    return channel.bytesBeforeUnwritable() > channel.config().getWriteBufferHighWaterMark();
  }

  private void look() {
    long nowUnwritable = channel.bytesBeforeUnwritable();
    long nowWritable = channel.bytesBeforeWritable();
    boolean moved = isDrained(channel) || nowUnwritable != unwritable || nowWritable != writable;
    unwritable = nowUnwritable;
    writable = nowWritable;
    same = moved ? 0 : same + 1;
    if (same == LOOKS) {
      stop();
      ChannelFuture _ = channel.close();
    }
  }
}
