package kz.qaqpa.http.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Fills the silence of one stream with comment lines, so that no load balancer takes it for dead.
 *
 * <p>One line feed only: a comment and a blank line would make some clients dispatch an empty
 * event. Written beside the stream of events, not merged into it: merging costs every token, and
 * since each buffer of the stream holds whole events, a comment between two of them is harmless.
 * Confined to the event loop.
 */
public final class KeepAlive {
  private static final ByteBuf PING =
      Unpooled.unreleasableBuffer(
          Unpooled.directBuffer().writeBytes(": ping\n".getBytes(StandardCharsets.US_ASCII)));

  private final Channel channel;
  private final Duration interval;
  private @Nullable ScheduledFuture<?> timer;
  private boolean spoke;

  /** Watches one stream of a connection; silence is noticed once an interval. */
  public KeepAlive(Channel channel, Duration interval) {
    this.channel = channel;
    this.interval = interval;
  }

  /** To be called with the first event. */
  public void start() {
    long millis = interval.toMillis();
    timer =
        channel.eventLoop().scheduleAtFixedRate(this::tick, millis, millis, TimeUnit.MILLISECONDS);
  }

  /** To be called with each event. */
  public void spoke() {
    spoke = true;
  }

  /** To be called before the last event is written, or when there will be none. */
  public void stop() {
    if (timer != null) {
      timer.cancel(false);
    }
  }

  private void tick() {
    // What waits to be read breaks the silence by itself.
    if (!spoke && AnswerWatch.isDrained(channel)) {
      channel.writeAndFlush(new DefaultHttpContent(PING.duplicate())).addListener(_ -> {});
    }
    spoke = false;
  }
}
