package kz.qaqpa.cli.bench.overload;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import kz.qaqpa.cli.bench.Asking;
import kz.qaqpa.cli.bench.BenchClient.Measured;
import kz.qaqpa.cli.bench.BenchConnection;
import kz.qaqpa.cli.client.ServerError;
import org.jspecify.annotations.Nullable;

/**
 * Questions for a while, by one thread on non-blocking sockets: as many at once as are answered, or
 * at a rate, whatever becomes of them (an open loop, as citizens are one).
 */
final class OfferedLoad {
  private static final long PATIENCE_NANOS = Duration.ofMinutes(3).toNanos();
  private static final long LOOK_MILLIS = 100;

  private final InetSocketAddress server;
  private final Supplier<byte[]> questions;
  private final int mostConnections;
  private final List<BenchConnection> connections = new ArrayList<>();
  private final Deque<Lane> idle = new ArrayDeque<>();
  private final List<Measured> answered = new ArrayList<>();
  private final List<Measured> inTime = new ArrayList<>();
  private final SortedMap<String, Long> refused = new TreeMap<>();
  private long start;
  private boolean asking = true;
  private int sent;
  private int over;
  private int held;

  /**
   * @param questions the bytes of one request after the other
   * @param mostConnections at once; what finds none is counted as held back, and not sent
   */
  OfferedLoad(int port, Supplier<byte[]> questions, int mostConnections) {
    this.server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    this.questions = questions;
    this.mostConnections = mostConnections;
  }

  /**
   * What came of it.
   *
   * @param seconds that questions were asked for
   * @param sent questions
   * @param held back, for want of connections
   * @param answered in the end
   * @param inTime answered within the seconds
   * @param refused by the code of the error
   */
  record Outcome(
      double seconds,
      int sent,
      int held,
      List<Measured> answered,
      List<Measured> inTime,
      SortedMap<String, Long> refused) {

    /** Tokens a second of whole answers, of those that were answered within the time. */
    double goodput() {
      return inTime.stream().mapToLong(Measured::outputTokens).sum() / seconds;
    }

    /** Refusals of all kinds. */
    long refusals() {
      return refused.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  /**
   * Asks on some connections, the next question as soon as the last one is over.
   *
   * @param least questions that must be over, however long that takes
   */
  Outcome closed(int streams, Duration length, int least) throws IOException {
    return run(
        length,
        least,
        selector -> {
          while (connections.size() < streams) {
            ask(lane(selector));
          }
          while (!idle.isEmpty()) {
            ask(idle.poll());
          }
          return LOOK_MILLIS;
        });
  }

  /** Asks so many questions a second, evenly. */
  Outcome open(double perSecond, Duration length) throws IOException {
    return run(
        length,
        0,
        selector -> {
          double due = (System.nanoTime() - start) / 1e9 * perSecond;
          while (sent + held < due) {
            Lane lane = idle.poll();
            if (lane == null && connections.size() >= mostConnections) {
              held++;
            } else {
              ask(lane == null ? lane(selector) : lane);
            }
          }
          return (long) Math.clamp((sent + held - due) / perSecond * 1000, 1, (double) LOOK_MILLIS);
        });
  }

  /** Sends what is due. */
  private interface Pace {
    /** How many milliseconds to wait for answers. */
    long send(Selector selector) throws IOException;
  }

  private Outcome run(Duration length, int least, Pace pace) throws IOException {
    try (Selector selector = Selector.open()) {
      start = System.nanoTime();
      long elapsed = 0;
      while (elapsed < length.toNanos() || (over < least && elapsed < PATIENCE_NANOS)) {
        long wait = pace.send(selector);
        serve(selector, wait);
        elapsed = System.nanoTime() - start;
      }
      asking = false;
      long end = start + elapsed;
      while (over < sent && System.nanoTime() - end < PATIENCE_NANOS) {
        serve(selector, LOOK_MILLIS);
      }
      if (over < sent) {
        throw new ServerError((sent - over) + " of " + sent + " questions never ended");
      }
      return new Outcome(elapsed / 1e9, sent, held, answered, inTime, refused);
    } finally {
      for (BenchConnection connection : connections) {
        connection.close();
      }
    }
  }

  private static void serve(Selector selector, long millis) throws IOException {
    selector.select(millis);
    for (SelectionKey key : selector.selectedKeys()) {
      if (key.attachment() instanceof BenchConnection ready) {
        ready.ready();
      }
    }
    selector.selectedKeys().clear();
  }

  private Lane lane(Selector selector) throws IOException {
    Lane lane = new Lane(selector);
    connections.add(lane.connection);
    return lane;
  }

  private void ask(Lane lane) throws IOException {
    lane.question = questions.get();
    sent++;
    lane.connection.ask();
  }

  /** A connection, and the question that it is to ask next. */
  private final class Lane implements Asking {
    private final BenchConnection connection;
    private byte @Nullable [] question;

    Lane(Selector selector) throws IOException {
      connection = new BenchConnection(selector, server, this);
    }

    @Override
    public byte @Nullable [] next() {
      byte[] next = question;
      question = null;
      if (next == null) {
        idle.add(this);
      }
      return next;
    }

    @Override
    public void answered(Measured measured) {
      over++;
      answered.add(measured);
      if (asking) {
        inTime.add(measured);
      }
    }

    @Override
    public void refused(int status, String code, String message) {
      over++;
      refused.merge(status + " " + code, 1L, Long::sum);
    }
  }
}
