package kz.qaqpa.http.wire;

import io.netty.handler.codec.http.HttpHeaders;
import java.time.Duration;
import kz.qaqpa.admission.quota.RateLimits;
import org.jspecify.annotations.Nullable;

/**
 * {@code x-ratelimit-limit-…}, {@code -remaining-…} and {@code -reset-…} as OpenAI sends them, for
 * {@code requests} and {@code tokens}, and for {@code characters}. Functions only.
 */
final class RateLimitHeaders {
  private RateLimitHeaders() {}

  static void set(HttpHeaders headers, RateLimits limits) {
    set(headers, "requests", limits.requests());
    set(headers, "tokens", limits.tokens());
    set(headers, "characters", limits.characters());
  }

  private static void set(HttpHeaders headers, String of, RateLimits.@Nullable Rate rate) {
    if (rate != null) {
      headers
          .set("x-ratelimit-limit-" + of, Long.toString(rate.limit()))
          .set("x-ratelimit-remaining-" + of, Long.toString(rate.remaining()))
          .set("x-ratelimit-reset-" + of, text(rate.reset()));
    }
  }

  /**
   * A duration as OpenAI writes it: {@code 12ms}, {@code 1s}, {@code 1.5s}, {@code 6m0s}, {@code
   * 23h59m0s}; hours may be many. Rounded up to a millisecond.
   */
  static String text(Duration duration) {
    long millis = duration.plusNanos(999_999).toMillis();
    if (millis < 1000) {
      return millis + "ms";
    }
    long seconds = millis / 1000;
    String rest = millis % 1000 == 0 ? "" : fraction(millis % 1000);
    String text = seconds % 60 + rest + "s";
    if (seconds >= 60) {
      text = seconds / 60 % 60 + "m" + text;
    }
    return seconds >= 3600 ? seconds / 3600 + "h" + text : text;
  }

  private static String fraction(long millis) {
    StringBuilder digits = new StringBuilder(Long.toString(1000 + millis)).deleteCharAt(0);
    while (digits.charAt(digits.length() - 1) == '0') {
      digits.setLength(digits.length() - 1);
    }
    return "." + digits;
  }
}
