package kz.qaqpa.ws.frame;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * What one connection has yet to send. A socket is one pipe: bytes that a client does not read hold
 * up everything behind them, whichever lane they are of. What can be had is had here: frames wait
 * in their lane's line, not in the socket; while the socket takes bytes the lines go in turn, one
 * frame each; and a lane asks its answer for more only as its own frames leave. So a flood in one
 * lane neither starves another nor fills memory, and a client that reads nothing stops each of its
 * own sequences and nobody else's.
 *
 * <p>Frames of a wake-up leave in one flush. Confined to the event loop.
 */
public final class Outbox {
  /** Frames of no lane that may wait before nothing more is read from the client. */
  private static final int ROOM = 32;

  private final Channel channel;
  private final Runnable afterwards;
  private final Queue<byte[]> urgent = new ArrayDeque<>();
  private final Queue<Line> ready = new ArrayDeque<>();
  private boolean scheduled;
  private boolean closed;

  /**
   * An empty one.
   *
   * @param afterwards called whenever frames have left
   */
  public Outbox(Channel channel, Runnable afterwards) {
    this.channel = channel;
    this.afterwards = afterwards;
  }

  /** The frames of one lane that wait. */
  public final class Line {
    private final Queue<byte[]> frames = new ArrayDeque<>();
    private final Runnable sent;

    private Line(Runnable sent) {
      this.sent = sent;
    }

    /** Adds a frame behind those of the same lane. */
    public void add(byte[] utf8) {
      if (closed) {
        return;
      }
      frames.add(utf8);
      if (frames.size() == 1) {
        ready.add(this);
      }
      wake();
    }

    /** Frames that wait. */
    public int waiting() {
      return frames.size();
    }
  }

  /**
   * A lane's line.
   *
   * @param sent called for each frame that has gone to the socket
   */
  public Line line(Runnable sent) {
    return new Line(sent);
  }

  /** Adds a frame of no lane; it goes before all that wait. */
  public void add(byte[] utf8) {
    if (!closed) {
      urgent.add(utf8);
      wake();
    }
  }

  /** Whether more may be read that could need an answer. */
  public boolean hasRoom() {
    return urgent.size() < ROOM;
  }

  /** Whether everything has gone to the socket. */
  public boolean isEmpty() {
    return urgent.isEmpty() && ready.isEmpty();
  }

  /** To be called when the socket takes bytes again. */
  public void wake() {
    if (!scheduled && !closed) {
      scheduled = true;
      channel.eventLoop().execute(this::write);
    }
  }

  /** Drops what waits, and all that comes. */
  public void close() {
    closed = true;
    urgent.clear();
    ready.forEach(line -> line.frames.clear());
    ready.clear();
  }

  private void write() {
    scheduled = false;
    boolean wrote = false;
    while (!closed && channel.isWritable() && writeNext()) {
      wrote = true;
    }
    if (wrote) {
      channel.flush();
      afterwards.run();
    }
  }

  private boolean writeNext() {
    byte[] frame = urgent.poll();
    if (frame != null) {
      write(frame);
      return true;
    }
    Line line = ready.poll();
    if (line == null) {
      return false;
    }
    write(line.frames.remove());
    if (!line.frames.isEmpty()) {
      ready.add(line); // Behind the others.
    }
    line.sent.run();
    return true;
  }

  private void write(byte[] utf8) {
    ChannelFuture _ = channel.write(new TextWebSocketFrame(Unpooled.wrappedBuffer(utf8)));
  }
}
