package kz.qaqpa.batching.loop;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import kz.qaqpa.batching.admission.WaitingWork;
import org.jspecify.annotations.Nullable;

/**
 * Any thread. How much waits for a slot, counted from the moment of submission so that a full queue
 * refuses at once. Requests and prompt tokens share one word, so that both limits hold together.
 */
final class Backlog {
  private static final int TOKEN_BITS = 40;
  private static final long ONE_REQUEST = 1L << TOKEN_BITS;

  private final int mostRequests;
  private final long mostTokens;
  private final AtomicLong state = new AtomicLong();

  Backlog(int mostRequests, long mostTokens) {
    this.mostRequests = mostRequests;
    this.mostTokens = mostTokens;
  }

  /**
   * Counts requests of one prompt in; null if that would exceed a limit. While nothing waits, the
   * prompt may be of any length.
   */
  @Nullable Entry enter(int requests, int promptTokens) {
    return enter(requests, promptTokens, 0, null);
  }

  /**
   * The same, counted for whoever has to wait behind it, too.
   *
   * @param answerTokens to be expected of each request
   */
  @Nullable Entry enter(
      int requests, int promptTokens, int answerTokens, WaitingWork.@Nullable Place place) {
    while (true) {
      long now = state.get();
      boolean fits =
          requestsOf(now) + requests <= mostRequests
              && (now == 0 || tokensOf(now) + promptTokens <= mostTokens);
      if (!fits) {
        return null;
      }
      if (state.compareAndSet(now, now + requests * ONE_REQUEST + promptTokens)) {
        if (place != null) {
          place.add(promptTokens, (long) requests * answerTokens);
        }
        return new Entry(requests, promptTokens, answerTokens, place);
      }
    }
  }

  /** Any thread. What was counted in together; its prompt is counted out with the last request. */
  final class Entry {
    private final AtomicInteger waiting;
    private final int promptTokens;
    private final int answerTokens;
    private final WaitingWork.@Nullable Place place;

    private Entry(
        int requests, int promptTokens, int answerTokens, WaitingWork.@Nullable Place place) {
      this.waiting = new AtomicInteger(requests);
      this.promptTokens = promptTokens;
      this.answerTokens = answerTokens;
      this.place = place;
    }

    /** Counts one request out. */
    void leave() {
      int prompt = waiting.decrementAndGet() == 0 ? promptTokens : 0;
      state.addAndGet(-ONE_REQUEST - prompt);
      if (place != null) {
        place.add(-prompt, -answerTokens);
      }
    }
  }

  /** Requests that wait. */
  int requests() {
    return requestsOf(state.get());
  }

  /** Prompt tokens that wait. */
  long tokens() {
    return tokensOf(state.get());
  }

  private static int requestsOf(long state) {
    return (int) (state >>> TOKEN_BITS);
  }

  private static long tokensOf(long state) {
    return state & (ONE_REQUEST - 1);
  }
}
