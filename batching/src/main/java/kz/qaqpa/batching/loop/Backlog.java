package kz.qaqpa.batching.loop;

import java.util.concurrent.atomic.AtomicLong;

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

  /** Counts a request in; false if that would exceed a limit. A lone request is always taken. */
  boolean enter(int promptTokens) {
    while (true) {
      long now = state.get();
      boolean fits =
          requestsOf(now) < mostRequests
              && (now == 0 || tokensOf(now) + promptTokens <= mostTokens);
      if (!fits) {
        return false;
      }
      if (state.compareAndSet(now, now + ONE_REQUEST + promptTokens)) {
        return true;
      }
    }
  }

  /** Counts a request out. */
  void leave(int promptTokens) {
    state.addAndGet(-ONE_REQUEST - promptTokens);
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
