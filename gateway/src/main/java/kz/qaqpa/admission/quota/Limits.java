package kz.qaqpa.admission.quota;

import org.jspecify.annotations.Nullable;

/**
 * What an agency or an application may use, as it is written in {@code agencies.yaml}; what is
 * absent does not limit. Of an application's request, its own limits and its agency's apply, all of
 * them.
 *
 * @param requestsPerSecond requests that may begin in a second, in the long run
 * @param burst requests that may begin at once after a pause; {@code requestsPerSecond} if absent
 * @param concurrentStreams answers in the making at once
 * @param tokensPerMinute tokens of prompts and answers in a calendar minute
 * @param tokensPerDay the same in a day in Almaty
 * @param tokensPerMonth the same in a month in Almaty
 * @param charactersPerMinute Unicode code points of prompts and answers in form NFC, in a calendar
 *     minute
 * @param charactersPerDay the same in a day in Almaty
 * @param charactersPerMonth the same in a month in Almaty
 * @param maxInputTokens longest prompt
 * @param maxOutputTokens longest answer
 * @param minGrant shortest answer worth giving when a window is nearly used up; {@value
 *     #USUAL_GRANT} if absent
 */
public record Limits(
    @Nullable Integer requestsPerSecond,
    @Nullable Integer burst,
    @Nullable Integer concurrentStreams,
    @Nullable Long tokensPerMinute,
    @Nullable Long tokensPerDay,
    @Nullable Long tokensPerMonth,
    @Nullable Long charactersPerMinute,
    @Nullable Long charactersPerDay,
    @Nullable Long charactersPerMonth,
    @Nullable Integer maxInputTokens,
    @Nullable Integer maxOutputTokens,
    @Nullable Integer minGrant) {
  /** Tokens of the shortest answer where nothing else is said. */
  public static final int USUAL_GRANT = 16;

  /** Answers in the making of an application whose limits say nothing of them. */
  public static final int USUAL_STREAMS = 64;

  /** No limit at all. */
  public static final Limits NONE =
      new Limits(null, null, null, null, null, null, null, null, null, null, null, null);

  /** Sums of a few such numbers stay far from overflowing. */
  private static final long MOST = 1_000_000_000_000_000L;

  /** Checks ranges, and that a burst is one of something. */
  public Limits {
    requireRange("requestsPerSecond", requestsPerSecond, 1_000_000);
    requireRange("burst", burst, 1_000_000);
    requireRange("concurrentStreams", concurrentStreams, 1_000_000);
    requireRange("tokensPerMinute", tokensPerMinute, MOST);
    requireRange("tokensPerDay", tokensPerDay, MOST);
    requireRange("tokensPerMonth", tokensPerMonth, MOST);
    requireRange("charactersPerMinute", charactersPerMinute, MOST);
    requireRange("charactersPerDay", charactersPerDay, MOST);
    requireRange("charactersPerMonth", charactersPerMonth, MOST);
    requireRange("maxInputTokens", maxInputTokens, Integer.MAX_VALUE);
    requireRange("maxOutputTokens", maxOutputTokens, Integer.MAX_VALUE);
    requireRange("minGrant", minGrant, 1_000_000);
    if (burst != null && requestsPerSecond == null) {
      throw new IllegalArgumentException(
          "burst: " + burst + " (expected: only beside requestsPerSecond)");
    }
  }

  /** The same with another cap of concurrent streams. */
  public Limits withConcurrentStreams(int streams) {
    return new Limits(
        requestsPerSecond,
        burst,
        streams,
        tokensPerMinute,
        tokensPerDay,
        tokensPerMonth,
        charactersPerMinute,
        charactersPerDay,
        charactersPerMonth,
        maxInputTokens,
        maxOutputTokens,
        minGrant);
  }

  /**
   * What one of several gateways may give out by itself: each limit divided by their number,
   * rounded down, and at least one.
   *
   * @param requests whether requests and streams are divided too; else windows only
   * @param streams what {@code concurrentStreams} means where it is absent
   */
  Limits share(int replicas, boolean requests, int streams) {
    boolean counted = concurrentStreams != null || streams != Integer.MAX_VALUE;
    Integer most = concurrentStreams == null ? Integer.valueOf(streams) : concurrentStreams;
    return new Limits(
        requests ? part(requestsPerSecond, replicas) : requestsPerSecond,
        requests ? part(burst, replicas) : burst,
        requests && counted ? part(most, replicas) : concurrentStreams,
        part(tokensPerMinute, replicas),
        part(tokensPerDay, replicas),
        part(tokensPerMonth, replicas),
        part(charactersPerMinute, replicas),
        part(charactersPerDay, replicas),
        part(charactersPerMonth, replicas),
        maxInputTokens,
        maxOutputTokens,
        minGrant);
  }

  private static @Nullable Integer part(@Nullable Integer limit, int replicas) {
    return limit == null ? null : Integer.valueOf(Math.max(1, limit / replicas));
  }

  private static @Nullable Long part(@Nullable Long limit, int replicas) {
    return limit == null ? null : Long.valueOf(Math.max(1, limit / replicas));
  }

  /** By counter (see {@link Counter}), {@link Long#MAX_VALUE} where there is no limit. */
  public long[] windows() {
    return new long[] {
      or(tokensPerMinute), or(charactersPerMinute),
      or(tokensPerDay), or(charactersPerDay),
      or(tokensPerMonth), or(charactersPerMonth)
    };
  }

  private static long or(@Nullable Long limit) {
    return limit == null ? Long.MAX_VALUE : limit;
  }

  private static void requireRange(String name, @Nullable Number value, long most) {
    if (value != null && (value.longValue() < 1 || value.longValue() > most)) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: 1 to " + most + ")");
    }
  }
}
