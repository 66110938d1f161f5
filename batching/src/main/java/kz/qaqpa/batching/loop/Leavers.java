package kz.qaqpa.batching.loop;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Streams that were closed before their end: any thread adds, the step loop takes all of them at
 * once. A stack (Treiber 1986) that the streams themselves are linked into, so that a client which
 * leaves costs the step loop one look, whatever else waits.
 */
final class Leavers {
  private final AtomicReference<@Nullable RingTokenStream> newest = new AtomicReference<>();

  /** Adds a stream; once. */
  void add(RingTokenStream stream) {
    RingTokenStream next;
    do {
      next = newest.get();
      stream.nextLeaver = next;
    } while (!newest.compareAndSet(next, stream));
  }

  /** All that were added, linked by {@code nextLeaver}, the last one first; null if none was. */
  @Nullable RingTokenStream take() {
    return newest.get() == null ? null : newest.getAndSet(null);
  }
}
