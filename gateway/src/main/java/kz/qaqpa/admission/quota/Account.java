package kz.qaqpa.admission.quota;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What one agency or application has used in the windows that are open, and may use. Guarded by the
 * lock of its {@link AgencyBook}.
 *
 * <p>Of each window only the newest is kept; what is settled or given back after it was over finds
 * another number in its place and is dropped.
 */
final class Account {
  private final String name;
  private final LongSupplier nanoTime;
  private final long[] settled = new long[Counter.ALL.length];
  private final long[] reserved = new long[Counter.ALL.length];
  private WindowCalendar.Moment newest = WindowCalendar.Moment.NEVER;
  private Limits limits = Limits.NONE;
  private long[] caps = limits.windows();
  private @Nullable RequestRate rate;
  private int streams;

  /**
   * An account that has used nothing.
   *
   * @param name as messages show it
   */
  Account(String name, LongSupplier nanoTime) {
    this.name = name;
    this.nanoTime = nanoTime;
  }

  String name() {
    return name;
  }

  /** Takes the limits that apply from now on. */
  void limit(Limits now) {
    if (!now.equals(limits)) {
      limits = now;
      caps = now.windows();
      rate = RequestRate.of(now, rate, nanoTime);
    }
  }

  /** Forgets the windows that are over. */
  void roll(WindowCalendar.Moment moment) {
    if (moment.minute() == newest.minute()) {
      return;
    }
    for (Counter counter : Counter.ALL) {
      if (!isKnown(counter, moment)) {
        settled[counter.index()] = 0;
        reserved[counter.index()] = 0;
      }
    }
    newest = moment;
  }

  private boolean isKnown(Counter counter, WindowCalendar.Moment moment) {
    return newest.number(counter.window()) == moment.number(counter.window());
  }

  boolean isLimited(Counter counter) {
    return caps[counter.index()] != Long.MAX_VALUE;
  }

  long cap(Counter counter) {
    return caps[counter.index()];
  }

  long settled(Counter counter) {
    return settled[counter.index()];
  }

  long reserved(Counter counter) {
    return reserved[counter.index()];
  }

  /** What may still be reserved; negative if the limit was lowered meanwhile. */
  long left(Counter counter) {
    int i = counter.index();
    return caps[i] - settled[i] - reserved[i];
  }

  void reserve(long tokens, long characters) {
    for (Counter counter : Counter.ALL) {
      int i = counter.index();
      reserved[i] += counter.characters() ? characters : tokens;
      assert caps[i] - settled[i] - reserved[i] >= 0 : name + " beyond " + counter;
    }
  }

  /** Turns a reservation into what was used, in those of its windows that are still known. */
  void settle(WindowCalendar.Moment moment, long tokens, long characters, Used used) {
    for (Counter counter : Counter.ALL) {
      if (isKnown(counter, moment)) {
        int i = counter.index();
        reserved[i] -= counter.characters() ? characters : tokens;
        settled[i] += counter.characters() ? used.characters() : used.tokens();
        assert reserved[i] >= 0 : name + " gave back too much of " + counter;
      }
    }
  }

  /** Adds what was used before, in the windows that are open. */
  void restore(Used today, Used thisMonth) {
    for (Counter counter : Counter.ALL) {
      Used used =
          switch (counter.window()) {
            case MINUTE -> Used.NOTHING;
            case DAY -> today;
            case MONTH -> thisMonth;
          };
      settled[counter.index()] += counter.characters() ? used.characters() : used.tokens();
    }
  }

  @Nullable RequestRate rate() {
    return rate;
  }

  /** Answers in the making that it may have at once. */
  int mostStreams(int fallback) {
    Integer most = limits.concurrentStreams();
    return most == null ? fallback : most;
  }

  int streams() {
    return streams;
  }

  void streams(int change) {
    streams += change;
  }
}
