package kz.qaqpa.ws;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Function;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.ws.event.ClientEvent;
import org.jspecify.annotations.Nullable;

/**
 * One lane of a session: its responses are made one after the other, in the order in which they
 * were asked for. Confined to the event loop.
 */
final class Lane {
  private final int mostWaiting;
  private final Function<ClientEvent.Create, Turn> begin;
  private final Queue<ClientEvent.Create> waiting = new ArrayDeque<>();
  private @Nullable Turn running;

  /**
   * A lane without a response.
   *
   * @param begin makes a turn, not yet started
   */
  Lane(int mostWaiting, Function<ClientEvent.Create, Turn> begin) {
    this.mostWaiting = mostWaiting;
    this.begin = begin;
  }

  /**
   * Takes one more, to be begun by {@link #next}.
   *
   * @throws Refusal.OverQuota if too many wait already
   */
  void add(ClientEvent.Create create) {
    if (running != null && waiting.size() >= mostWaiting) {
      throw new Refusal.OverQuota(
          "responses waiting in this lane: "
              + (waiting.size() + 1)
              + " (expected: at most "
              + mostWaiting
              + ")",
          Duration.ofSeconds(1));
    }
    waiting.add(create);
  }

  /** Begins the next if none runs; null if there was none to begin. */
  ClientEvent.@Nullable Create next() {
    if (running != null) {
      return null;
    }
    ClientEvent.Create create = waiting.poll();
    if (create != null) {
      running = begin.apply(create);
      running.start();
    }
    return create;
  }

  /** The turn that ran is over. */
  void over() {
    running = null;
  }

  /** Takes all out that wait. */
  Queue<ClientEvent.Create> takeWaiting() {
    Queue<ClientEvent.Create> taken = new ArrayDeque<>(waiting);
    waiting.clear();
    return taken;
  }

  /** What runs now. */
  @Nullable Turn running() {
    return running;
  }

  boolean isIdle() {
    return running == null && waiting.isEmpty();
  }
}
