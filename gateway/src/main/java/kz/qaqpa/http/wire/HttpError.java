package kz.qaqpa.http.wire;

import java.time.Duration;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.http.api.Json;
import org.jspecify.annotations.Nullable;

/**
 * An error as HTTP and metrics see it.
 *
 * @param status HTTP status, where nothing has been sent yet
 * @param tag what metrics and logs call it
 * @param retryAfterSeconds value of {@code Retry-After}, 0 for none, {@link #NEVER} where trying
 *     again is of no use
 * @param close whether the connection cannot be used again
 * @param body the body in OpenAI's shape
 */
public record HttpError(
    int status, String tag, long retryAfterSeconds, boolean close, Json.ErrorDetail body) {
  /** Sent as {@code x-should-retry: false}. */
  static final long NEVER = -1;

  /** The longest wait that OpenAI's SDKs accept; beyond it they would try at once. */
  private static final long LONGEST_WAIT = 120;

  private static final String INVALID = "invalid_request_error";
  private static final String SERVER = "server_error";

  /** An error that nobody foresaw; the cause goes to the log, not to the client. */
  public static HttpError internal() {
    return of(500, "internal_error", SERVER, "internal_error", "The server failed; it was logged");
  }

  /** How clients are told: one exhaustive switch. */
  public static HttpError of(Refusal refusal) {
    String text = refusal.text();
    return switch (refusal) {
      case Refusal.BadRequest bad ->
          new HttpError(400, tag(bad), 0, false, detail(text, INVALID, bad.param(), bad.code()));
      case Refusal.Unauthorized _ -> of(401, "invalid_api_key", INVALID, "invalid_api_key", text);
      case Refusal.NotFound missing ->
          new HttpError(
              404,
              missing.code(),
              0,
              false,
              detail(text, INVALID, missing.param(), missing.code()));
      case Refusal.MethodNotAllowed _ ->
          of(405, "method_not_allowed", INVALID, "method_not_allowed", text);
      case Refusal.RequestTimeout _ ->
          closing(of(408, "request_timeout", INVALID, "request_timeout", text));
      case Refusal.TooLarge _ ->
          closing(of(413, "request_too_large", INVALID, "request_too_large", text));
      case Refusal.UnsupportedMedia _ ->
          of(415, "unsupported_media_type", INVALID, "unsupported_media_type", text);
      case Refusal.OverQuota over ->
          over.lasting()
              ? retry(
                  of(429, "insufficient_quota", "insufficient_quota", "insufficient_quota", text),
                  NEVER)
              : retry(
                  of(429, "rate_limit_exceeded", "rate_limit_error", "rate_limit_exceeded", text),
                  wait(over.retryAfter()));
      case Refusal.BeyondQuota _ ->
          retry(of(403, "beyond_quota", INVALID, "beyond_quota", text), NEVER);
      case Refusal.Overloaded _ -> retry(of(503, "overloaded", SERVER, "overloaded", text), 1);
      case Refusal.Draining _ -> closing(retry(of(503, "draining", SERVER, "draining", text), 1));
      case Refusal.EngineFailed _ -> of(503, "engine_failed", SERVER, "engine_failed", text);
      case Refusal.DeadlineExceeded _ ->
          of(504, "deadline_exceeded", SERVER, "deadline_exceeded", text);
      case Refusal.SlowConsumer _ -> of(408, "slow_consumer", SERVER, "slow_consumer", text);
    };
  }

  private static long wait(Duration wait) {
    long seconds = Math.max(1, wait.plusNanos(999_999_999).toSeconds());
    return seconds <= LONGEST_WAIT ? seconds : NEVER;
  }

  private static String tag(Refusal.BadRequest bad) {
    return bad.code() == null ? "bad_request" : bad.code();
  }

  private static HttpError of(int status, String tag, String type, String code, String text) {
    return new HttpError(status, tag, 0, false, detail(text, type, null, code));
  }

  private static HttpError retry(HttpError error, long seconds) {
    return new HttpError(error.status, error.tag, seconds, error.close, error.body);
  }

  private static HttpError closing(HttpError error) {
    return new HttpError(error.status, error.tag, error.retryAfterSeconds, true, error.body);
  }

  private static Json.ErrorDetail detail(
      String text, String type, @Nullable String param, @Nullable String code) {
    return new Json.ErrorDetail(text, type, param, code);
  }
}
