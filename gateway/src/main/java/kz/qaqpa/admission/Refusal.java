package kz.qaqpa.admission;

import java.time.Duration;
import java.util.List;
import kz.qaqpa.admission.quota.RateLimits;
import org.jspecify.annotations.Nullable;

/**
 * Why a request is not answered, or not to its end. Expected, hence without a stack trace; the edge
 * turns each kind into status, code and metric tag by one exhaustive switch.
 *
 * <p>Messages are for clients: they name the field, what was found and what was expected, and never
 * carry text of a prompt, an answer or a credential.
 */
public abstract sealed class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private Refusal(String message) {
    super(message, null, false, false);
  }

  /** What metrics, logs and records call it. */
  public abstract String tag();

  /** The message; never null. */
  public final String text() {
    return String.valueOf(getMessage());
  }

  /** The request cannot be understood or served as it is. */
  public static final class BadRequest extends Refusal {
    private static final long serialVersionUID = 1L;
    private final @Nullable String param;
    private final @Nullable String code;

    /**
     * @param param the field at fault, as clients name it
     * @param code OpenAI's error code, where there is one
     */
    public BadRequest(@Nullable String param, @Nullable String code, String message) {
      super(message);
      this.param = param;
      this.code = code;
    }

    /** A value that is not as expected: {@code param: found (expected: expected)}. */
    public static BadRequest value(String param, String found, String expected) {
      return new BadRequest(
          param, "invalid_value", param + ": " + found + " (expected: " + expected + ")");
    }

    /** The field at fault. */
    public @Nullable String param() {
      return param;
    }

    /** OpenAI's error code. */
    public @Nullable String code() {
      return code;
    }

    @Override
    public String tag() {
      return code == null ? "bad_request" : code;
    }
  }

  /** No key, or none that is known. */
  public static final class Unauthorized extends Refusal {
    private static final long serialVersionUID = 1L;

    public Unauthorized(String message) {
      super(message);
    }

    @Override
    public String tag() {
      return "invalid_api_key";
    }
  }

  /** Whoever asks is known, or need not be, and may not do this. */
  public static final class Forbidden extends Refusal {
    private static final long serialVersionUID = 1L;
    private final String code;

    public Forbidden(String code, String message) {
      super(message);
      this.code = code;
    }

    /** What clients and metrics call it. */
    public String code() {
      return code;
    }

    @Override
    public String tag() {
      return code;
    }
  }

  /** No such resource. */
  public static final class NotFound extends Refusal {
    private static final long serialVersionUID = 1L;
    private final @Nullable String param;
    private final String code;

    public NotFound(@Nullable String param, String code, String message) {
      super(message);
      this.param = param;
      this.code = code;
    }

    /** The field at fault. */
    public @Nullable String param() {
      return param;
    }

    /** OpenAI's error code. */
    public String code() {
      return code;
    }

    @Override
    public String tag() {
      return code;
    }
  }

  /** The resource exists, the method does not. */
  public static final class MethodNotAllowed extends Refusal {
    private static final long serialVersionUID = 1L;
    private final String allowed;

    public MethodNotAllowed(String method, List<String> allowed) {
      super("method: " + method + " (expected: " + String.join(" or ", allowed) + ")");
      this.allowed = String.join(", ", allowed);
    }

    /** Value of the {@code Allow} header. */
    public String allowed() {
      return allowed;
    }

    @Override
    public String tag() {
      return "method_not_allowed";
    }
  }

  /** The body did not come in time. */
  public static final class RequestTimeout extends Refusal {
    private static final long serialVersionUID = 1L;

    public RequestTimeout(String message) {
      super(message);
    }

    @Override
    public String tag() {
      return "request_timeout";
    }
  }

  /** The body is larger than the cap. */
  public static final class TooLarge extends Refusal {
    private static final long serialVersionUID = 1L;

    public TooLarge(String message) {
      super(message);
    }

    @Override
    public String tag() {
      return "request_too_large";
    }
  }

  /** A content type or encoding that is not spoken here. */
  public static final class UnsupportedMedia extends Refusal {
    private static final long serialVersionUID = 1L;

    public UnsupportedMedia(String message) {
      super(message);
    }

    @Override
    public String tag() {
      return "unsupported_media_type";
    }
  }

  /** A version of WebSocket that is not spoken here. */
  public static final class UpgradeRequired extends Refusal {
    private static final long serialVersionUID = 1L;

    public UpgradeRequired(String message) {
      super(message);
    }

    @Override
    public String tag() {
      return "upgrade_required";
    }
  }

  /** A limit of the application is reached. */
  public static final class OverQuota extends Refusal {
    private static final long serialVersionUID = 1L;
    private final Duration retryAfter;
    private final boolean lasting;
    private final RateLimits rates;

    /** One that passes soon and is no quota. */
    public OverQuota(String message, Duration retryAfter) {
      this(message, retryAfter, false, RateLimits.NONE);
    }

    /**
     * @param lasting whether the quota of a day or a month is used up: nobody waits so long
     * @param rates how the limits stand
     */
    public OverQuota(String message, Duration retryAfter, boolean lasting, RateLimits rates) {
      super(message);
      this.retryAfter = retryAfter;
      this.lasting = lasting;
      this.rates = rates;
    }

    /** When trying again makes sense. */
    public Duration retryAfter() {
      return retryAfter;
    }

    /** Whether the quota of a day or a month is used up. */
    public boolean lasting() {
      return lasting;
    }

    /** How the limits stand. */
    public RateLimits rates() {
      return rates;
    }

    @Override
    public String tag() {
      return lasting ? "insufficient_quota" : "rate_limit_exceeded";
    }
  }

  /** The request is larger than a limit of the application could ever allow. */
  public static final class BeyondQuota extends Refusal {
    private static final long serialVersionUID = 1L;

    public BeyondQuota(String message) {
      super(message);
    }

    @Override
    public String tag() {
      return "beyond_quota";
    }
  }

  /** The application is suspended: an operator has stopped it, for now. */
  public static final class Suspended extends Refusal {
    private static final long serialVersionUID = 1L;

    public Suspended(String message) {
      super(message);
    }

    @Override
    public String tag() {
      return "application_suspended";
    }
  }

  /** A queue of the server is full. */
  public static final class Overloaded extends Refusal {
    private static final long serialVersionUID = 1L;

    public Overloaded(String message) {
      super(message);
    }

    @Override
    public String tag() {
      return "overloaded";
    }
  }

  /** As much as waits, the answer would not be done before its deadline. */
  public static final class TooLate extends Refusal {
    private static final long serialVersionUID = 1L;
    private final Duration retryAfter;

    /**
     * @param retryAfter when the same request would be taken, if nobody else came
     */
    public TooLate(String message, Duration retryAfter) {
      super(message);
      this.retryAfter = retryAfter;
    }

    /** When the same request would be taken, if nobody else came. */
    public Duration retryAfter() {
      return retryAfter;
    }

    @Override
    public String tag() {
      return "deadline_unreachable";
    }
  }

  /** Who asks cannot be told now, as whoever vouches for it is away. */
  public static final class IdentityUnavailable extends Refusal {
    private static final long serialVersionUID = 1L;

    public IdentityUnavailable(String message) {
      super(message);
    }

    @Override
    public String tag() {
      return "identity_unavailable";
    }
  }

  /** What is used cannot be counted now, and the application may not go on without. */
  public static final class QuotaUnavailable extends Refusal {
    private static final long serialVersionUID = 1L;

    public QuotaUnavailable(String message) {
      super(message);
    }

    @Override
    public String tag() {
      return "quota_unavailable";
    }
  }

  /** The server is stopping. */
  public static final class Draining extends Refusal {
    private static final long serialVersionUID = 1L;

    public Draining() {
      super("The server is stopping; send the request again");
    }

    @Override
    public String tag() {
      return "draining";
    }
  }

  /** The engine does not work, or failed under this request. */
  public static final class EngineFailed extends Refusal {
    private static final long serialVersionUID = 1L;

    public EngineFailed(String message) {
      super(message);
    }

    @Override
    public String tag() {
      return "engine_failed";
    }
  }

  /** The answer was not done before its deadline. */
  public static final class DeadlineExceeded extends Refusal {
    private static final long serialVersionUID = 1L;

    public DeadlineExceeded(String message) {
      super(message);
    }

    @Override
    public String tag() {
      return "deadline_exceeded";
    }
  }

  /** The client did not read its answer. */
  public static final class SlowConsumer extends Refusal {
    private static final long serialVersionUID = 1L;

    public SlowConsumer(String message) {
      super(message);
    }

    @Override
    public String tag() {
      return "slow_consumer";
    }
  }
}
