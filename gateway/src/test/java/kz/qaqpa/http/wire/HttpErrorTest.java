package kz.qaqpa.http.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.admission.quota.RateLimits;
import kz.qaqpa.http.api.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class HttpErrorTest {

  /** The table of docs/http.md. */
  @Test
  void statusCodeAndRetry() {
    is(new Refusal.BadRequest("n", "invalid_value", "m"), 400, "invalid_value", false, 0);
    is(new Refusal.Unauthorized("m"), 401, "invalid_api_key", false, 0);
    is(new Refusal.NotFound(null, "not_found", "m"), 404, "not_found", false, 0);
    is(new Refusal.NotFound("model", "model_not_found", "m"), 404, "model_not_found", false, 0);
    is(new Refusal.MethodNotAllowed("GET", List.of("POST")), 405, "method_not_allowed", false, 0);
    is(new Refusal.RequestTimeout("m"), 408, "request_timeout", true, 0);
    is(new Refusal.SlowConsumer("m"), 408, "slow_consumer", false, 0);
    is(new Refusal.TooLarge("m"), 413, "request_too_large", false, 0);
    is(new Refusal.UnsupportedMedia("m"), 415, "unsupported_media_type", false, 0);
    is(over(Duration.ofSeconds(7)), 429, "rate_limit_exceeded", true, 7);
    is(lasting(Duration.ofSeconds(7)), 429, "insufficient_quota", false, 0);
    is(new Refusal.BeyondQuota("m"), 403, "beyond_quota", false, 0);
    is(new Refusal.Suspended("a/b"), 403, "application_suspended", false, 0);
    is(new Refusal.Overloaded("m"), 503, "overloaded", true, 1);
    is(new Refusal.TooLate("m", Duration.ofMillis(2_500)), 503, "deadline_unreachable", true, 3);
    is(new Refusal.TooLate("m", Duration.ofHours(1)), 503, "deadline_unreachable", false, 0);
    is(new Refusal.Draining(), 503, "draining", true, 1);
    is(new Refusal.EngineFailed("m"), 503, "engine_failed", true, 0);
    is(new Refusal.DeadlineExceeded("m"), 504, "deadline_exceeded", false, 0);
    is(HttpError.internal(), 500, "internal_error", true, 0);
  }

  /** Sooner than said would be refused again; later than 120 s the SDKs would not wait. */
  @ParameterizedTest
  @CsvSource({
    "0,         true,  1",
    "1,         true,  1",
    "1000,      true,  1",
    "1001,      true,  2",
    "120000,    true,  120",
    "120001,    false, 0",
    "86400000,  false, 0"
  })
  void waits(long millis, boolean worthwhile, long seconds) {
    HttpError.Retry retry = HttpError.of(over(Duration.ofMillis(millis))).retry();
    assertThat(retry).isEqualTo(new HttpError.Retry(worthwhile, seconds));
  }

  private static Refusal over(Duration wait) {
    return new Refusal.OverQuota("m", wait);
  }

  private static Refusal lasting(Duration wait) {
    return new Refusal.OverQuota("m", wait, true, RateLimits.NONE);
  }

  private static void is(
      Refusal refusal, int status, String code, boolean worthwhile, long afterSeconds) {
    is(HttpError.of(refusal), status, code, worthwhile, afterSeconds);
  }

  private static void is(
      HttpError error, int status, String code, boolean worthwhile, long afterSeconds) {
    assertThat(error.status()).isEqualTo(status);
    assertThat(error.retry()).isEqualTo(new HttpError.Retry(worthwhile, afterSeconds));
    JsonNode body =
        JsonMapper.shared().readTree(Json.bytes(new Json.ErrorBody(error.body()))).path("error");
    assertThat(body.propertyNames()).containsExactly("message", "type", "param", "code");
    assertThat(body.path("code").asString()).isEqualTo(code);
  }
}
