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
 * @param retry whether and when the same request may be sent again
 * @param close whether the connection cannot be used again
 * @param body the body in OpenAI's shape
 */
public record HttpError(int status, String tag, Retry retry, boolean close, Json.ErrorDetail body) {
  private static final String INVALID = "invalid_request_error";
  private static final String SERVER = "server_error";
  private static final String QUOTA = "insufficient_quota";
  private static final String RATE = "rate_limit_error";

  /**
   * What a client is told about trying again, by {@code x-should-retry} and {@code Retry-After}.
   * OpenAI's SDKs follow the first and wait as long as the second says.
   *
   * @param worthwhile whether the same request may succeed
   * @param afterSeconds when, 1 to {@link #LONGEST_WAIT}; 0 leaves it to the client
   */
  public record Retry(boolean worthwhile, long afterSeconds) {
    /** The longest wait that the SDKs accept; beyond it they would try at once. */
    public static final long LONGEST_WAIT = 120;

    /** The same request would fail again. */
    static final Retry NEVER = new Retry(false, 0);

    /** It may work at any time. */
    static final Retry ANY_TIME = new Retry(true, 0);

    /** It may work very soon. */
    static final Retry SOON = new Retry(true, 1);

    /** It may work after a while, which is worth waiting for if it is short. */
    static Retry after(Duration wait) {
      long seconds = Math.max(1, wait.plusNanos(999_999_999).toSeconds());
      return seconds <= LONGEST_WAIT ? new Retry(true, seconds) : NEVER;
    }
  }

  /** An error that nobody foresaw; the cause goes to the log, not to the client. */
  public static HttpError internal() {
    String text = "The server failed; it was logged";
    return of(500, "internal_error", SERVER, Retry.ANY_TIME, text);
  }

  /**
   * A request that could not be read as HTTP.
   *
   * @param status 414 or 431 where its head is too long, else taken for 400
   */
  public static HttpError unreadable(int status, int maxHeaderBytes) {
    String expected = " (expected: at most " + maxHeaderBytes + " bytes)";
    return switch (status) {
      case 414 -> of(414, "uri_too_long", INVALID, Retry.NEVER, "request line: longer" + expected);
      case 431 -> of(431, "headers_too_large", INVALID, Retry.NEVER, "headers: more" + expected);
      default ->
          of(
              status,
              "malformed_request",
              INVALID,
              Retry.NEVER,
              "request: malformed (expected: HTTP)");
    };
  }

  /** How clients are told: one exhaustive switch. */
  public static HttpError of(Refusal refusal) {
    String text = refusal.text();
    String tag = refusal.tag();
    return switch (refusal) {
      case Refusal.BadRequest bad ->
          new HttpError(
              400, bad.tag(), Retry.NEVER, false, detail(text, INVALID, bad.param(), bad.code()));
      case Refusal.Unauthorized _ -> of(401, tag, INVALID, Retry.NEVER, text);
      case Refusal.Forbidden _ -> of(403, tag, INVALID, Retry.NEVER, text);
      case Refusal.NotFound missing ->
          new HttpError(
              404,
              missing.code(),
              Retry.NEVER,
              false,
              detail(text, INVALID, missing.param(), missing.code()));
      case Refusal.MethodNotAllowed _ -> of(405, tag, INVALID, Retry.NEVER, text);
      // Nothing was begun, and the next connection may be better.
      case Refusal.RequestTimeout _ -> closing(of(408, tag, INVALID, Retry.ANY_TIME, text));
      case Refusal.TooLarge _ -> closing(of(413, tag, INVALID, Retry.NEVER, text));
      case Refusal.UnsupportedMedia _ -> of(415, tag, INVALID, Retry.NEVER, text);
      case Refusal.UpgradeRequired _ -> of(426, tag, INVALID, Retry.NEVER, text);
      // A limit per minute is worth waiting for, one per day is not.
      case Refusal.OverQuota over ->
          over.lasting()
              ? of(429, tag, QUOTA, Retry.NEVER, text)
              : of(429, tag, RATE, Retry.after(over.retryAfter()), text);
      case Refusal.Suspended _ -> of(403, tag, INVALID, Retry.NEVER, text);
      case Refusal.BeyondQuota _ -> of(403, tag, INVALID, Retry.NEVER, text);
      case Refusal.Overloaded _ -> of(503, tag, SERVER, Retry.SOON, text);
      case Refusal.TooLate late -> of(503, tag, SERVER, Retry.after(late.retryAfter()), text);
      case Refusal.IdentityUnavailable _ -> of(503, tag, SERVER, Retry.SOON, text);
      case Refusal.QuotaUnavailable _ -> of(503, tag, SERVER, Retry.SOON, text);
      case Refusal.Draining _ -> closing(of(503, tag, SERVER, Retry.SOON, text));
      case Refusal.EngineFailed _ -> of(503, tag, SERVER, Retry.ANY_TIME, text);
      // The same work would take as long again, and slow readers read no faster.
      case Refusal.DeadlineExceeded _ -> of(504, tag, SERVER, Retry.NEVER, text);
      case Refusal.SlowConsumer _ -> of(408, tag, SERVER, Retry.NEVER, text);
    };
  }

  private static HttpError of(int status, String code, String type, Retry retry, String text) {
    return new HttpError(status, code, retry, false, detail(text, type, null, code));
  }

  private static HttpError closing(HttpError error) {
    return new HttpError(error.status, error.tag, error.retry, true, error.body);
  }

  private static Json.ErrorDetail detail(
      String text, String type, @Nullable String param, @Nullable String code) {
    return new Json.ErrorDetail(text, type, param, code);
  }
}
