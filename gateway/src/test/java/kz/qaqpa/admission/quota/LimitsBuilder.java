package kz.qaqpa.admission.quota;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Limits by name, as a file has them. */
public final class LimitsBuilder {
  private final Map<Counter, Long> windows = new EnumMap<>(Counter.class);
  private @Nullable Integer perSecond;
  private @Nullable Integer burst;
  private @Nullable Integer streams = 1_000_000;
  private @Nullable Integer input;
  private @Nullable Integer output;
  private @Nullable Integer minGrant;

  /** Limits of nothing but an absurd number of streams. */
  public static LimitsBuilder limits() {
    return new LimitsBuilder();
  }

  /** A limit of a window. */
  public LimitsBuilder with(Counter counter, long most) {
    windows.put(counter, most);
    return this;
  }

  /** Requests per second. */
  public LimitsBuilder requests(int inASecond, int atOnce) {
    perSecond = inASecond;
    burst = atOnce;
    return this;
  }

  /** Answers in the making. */
  public LimitsBuilder streams(int most) {
    streams = most;
    return this;
  }

  /** Longest prompt and answer. */
  public LimitsBuilder lengths(int prompt, int answer) {
    input = prompt;
    output = answer;
    return this;
  }

  /** Shortest answer. */
  public LimitsBuilder minGrant(int tokens) {
    minGrant = tokens;
    return this;
  }

  /** The limits. */
  public Limits build() {
    return new Limits(
        perSecond,
        burst,
        streams,
        windows.get(Counter.TOKENS_PER_MINUTE),
        windows.get(Counter.TOKENS_PER_DAY),
        windows.get(Counter.TOKENS_PER_MONTH),
        windows.get(Counter.CHARACTERS_PER_MINUTE),
        windows.get(Counter.CHARACTERS_PER_DAY),
        windows.get(Counter.CHARACTERS_PER_MONTH),
        input,
        output,
        minGrant);
  }
}
