package kz.qaqpa.http.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import java.time.Duration;
import kz.qaqpa.admission.quota.RateLimits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The forms that OpenAI's clients parse. */
class RateLimitHeadersTest {

  @ParameterizedTest
  @CsvSource({
    "PT0S, 0ms",
    "PT0.0000001S, 1ms",
    "PT0.012S, 12ms",
    "PT0.9991S, 1s",
    "PT1S, 1s",
    "PT1.5S, 1.5s",
    "PT59.007S, 59.007s",
    "PT6M, 6m0s",
    "PT23H59M59.12S, 23h59m59.12s",
    "PT720H, 720h0m0s",
  })
  void durations(Duration duration, String text) {
    assertThat(RateLimitHeaders.text(duration)).isEqualTo(text);
  }

  @Test
  void onlyWhatIsLimited_isTold() {
    DefaultHttpHeaders headers = new DefaultHttpHeaders();
    RateLimitHeaders.set(headers, RateLimits.NONE);
    assertThat(headers).isEmpty();
    RateLimitHeaders.set(
        headers, new RateLimits(null, new RateLimits.Rate(5, 3, Duration.ofSeconds(2)), null));
    assertThat(headers)
        .extracting(header -> header.getKey() + ": " + header.getValue())
        .containsExactly(
            "x-ratelimit-limit-tokens: 5",
            "x-ratelimit-remaining-tokens: 3",
            "x-ratelimit-reset-tokens: 2s");
  }
}
