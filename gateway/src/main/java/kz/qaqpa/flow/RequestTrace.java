package kz.qaqpa.flow;

import io.opentelemetry.api.trace.Span;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntSupplier;
import kz.qaqpa.admission.InFlight;
import kz.qaqpa.admission.quota.RateLimits;
import kz.qaqpa.batching.TokenStream;
import kz.qaqpa.http.api.Usage;
import kz.qaqpa.language.Language;
import kz.qaqpa.metrics.Ending;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one request, for its log line and the metrics. No text of prompts or answers.
 *
 * <p>Written by whoever carries the request at the time, read when it is over; the hand-overs
 * between threads order both. What {@link InFlight} tells may be read at any time.
 */
public final class RequestTrace implements InFlight {
  /** What probes, scrapers and the console ask all day. */
  private static final Set<String> QUIET =
      Set.of("/livez", "/readyz", "/startupz", "/metrics", "/admin/series", "/admin/requests");

  private final String id;
  private final String method;
  private final String path;
  private final long startNanos = System.nanoTime();
  private final Instant start = Instant.now();
  private volatile Phase phase = Phase.BODY;
  private volatile int promptTokens;
  private Span span = Span.getInvalid();
  private @Nullable String traceId;
  private @Nullable String agency;
  private @Nullable String application;
  private @Nullable String model;
  private RateLimits rates = RateLimits.NONE;
  private Language language = Language.OTHER;
  private boolean streamed;
  private int status;
  private @Nullable String finish;
  private @Nullable String error;
  private int cachedTokens;
  private volatile int outputTokens;
  private volatile @Nullable IntSupplier read;
  private @Nullable String operation;
  private int choices;
  private int maxTokens;
  private long quotaNanos = -1;
  private long queueNanos = -1;
  private long prefillNanos = -1;
  private long firstTokenNanos = -1;
  private long lastTokenNanos = -1;

  /** How far a request came. */
  public enum Phase {
    /** Its body is read and checked. */
    BODY,
    /** It waits for, or is in, tokenisation. */
    TOKENIZE,
    /** The step loop has it; no token yet. */
    QUEUE,
    /** Tokens come. */
    STREAM,
    /** Everything has been handed to the socket. */
    DONE;

    /** As written in logs. */
    public String tag() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public RequestTrace(String id, String method, String path) {
    this.id = id;
    this.method = method;
    this.path = path;
  }

  /** Notes which trace it belongs to. */
  public void within(String trace) {
    traceId = trace;
  }

  /** Notes its span. */
  public void span(Span own) {
    span = own;
  }

  /** Notes who asks. */
  public void from(String agencyId, String applicationId) {
    agency = agencyId;
    application = applicationId;
  }

  /** Notes what is asked of which model. */
  public void asks(String modelId, boolean asStream) {
    model = modelId;
    streamed = asStream;
  }

  /**
   * Notes what the engine is to do.
   *
   * @param kind {@code chat} or {@code text_completion}
   * @param answers how many
   * @param most tokens of each; 0 if its client does not say
   */
  public void wants(String kind, int answers, int most) {
    operation = kind;
    choices = answers;
    maxTokens = most;
  }

  /** Notes how long its quotas took. */
  public void reserved(long nanos) {
    quotaNanos = nanos;
  }

  /** Notes the language of the question. */
  public void speaks(Language question) {
    language = question;
  }

  /** Notes how the limits of who asks stand. */
  public void rates(RateLimits now) {
    rates = now;
  }

  /** Notes how far it came. */
  public void enter(Phase next) {
    phase = next;
  }

  /** Notes the length of the prompts. */
  public void prompt(int tokens) {
    promptTokens = tokens;
  }

  /** Notes a delivered token. */
  public void token(long now) {
    if (firstTokenNanos < 0) {
      firstTokenNanos = now - startNanos;
      phase = Phase.STREAM;
    }
    lastTokenNanos = now - startNanos;
    int tokens = outputTokens + 1; // Nobody else writes it.
    outputTokens = tokens;
  }

  /** Notes where to look how many tokens of its prompts the engine has read. */
  public void reads(IntSupplier tokens) {
    read = tokens;
  }

  /** Notes how a prompt was read; the times are those of the first one. */
  public void read(TokenStream.Prefill prefill) {
    cachedTokens += prefill.cachedTokens();
    if (queueNanos < 0) {
      queueNanos = prefill.queueNanos();
      prefillNanos = prefill.prefillNanos();
    }
  }

  /** Notes how the answer ended: {@code stop}, {@code length} or a refusal's tag. */
  public void finished(String reason) {
    finish = reason;
  }

  /** Notes the status sent. */
  public void answered(int statusCode) {
    status = statusCode;
  }

  /** Notes what was refused or failed, by its tag. */
  public void failed(String tag) {
    error = tag;
  }

  /** What its answer has taken so far. */
  public Usage usage() {
    return new Usage(promptTokens, cachedTokens, outputTokens);
  }

  /**
   * What the metrics want to know.
   *
   * @param clientGone whether its client left first
   * @param nanos how long it took
   */
  public Ending ending(boolean clientGone, long nanos) {
    boolean submitted = phase.compareTo(Phase.QUEUE) >= 0;
    String reason = finish != null ? finish : submitted ? "abort" : null;
    return new Ending(
        new Ending.Asked(agency, operation, choices, maxTokens),
        new Ending.Outcome(status, reason, error, clientGone ? phase.tag() : null),
        new Ending.Tokens(promptTokens, cachedTokens, outputTokens),
        new Ending.Times(
            nanos, quotaNanos, queueNanos, prefillNanos, firstTokenNanos, decodeNanos()));
  }

  private long decodeNanos() {
    return firstTokenNanos < 0 ? -1 : lastTokenNanos - firstTokenNanos;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public String stage() {
    Phase now = phase;
    IntSupplier tokens = read;
    return now == Phase.QUEUE && tokens != null && tokens.getAsInt() > 0 ? "prefill" : now.tag();
  }

  /** Id of the trace that it belongs to: 32 hexadecimal digits. */
  public @Nullable String traceId() {
    return traceId;
  }

  /** Its span; one that is not valid where none is made. */
  public Span span() {
    return span;
  }

  /** Whether its end is worth no line: those that ask all day, and are answered. */
  public boolean isQuiet() {
    return error == null && agency == null && QUIET.contains(path);
  }

  public String method() {
    return method;
  }

  public String path() {
    return path;
  }

  @Override
  public long startNanos() {
    return startNanos;
  }

  public Instant start() {
    return start;
  }

  /** {@code chat} or {@code text_completion}; null if no text was asked for. */
  public @Nullable String operation() {
    return operation;
  }

  public Phase phase() {
    return phase;
  }

  public @Nullable String agency() {
    return agency;
  }

  public @Nullable String application() {
    return application;
  }

  public @Nullable String model() {
    return model;
  }

  public RateLimits rates() {
    return rates;
  }

  /** Language of the question. */
  public Language language() {
    return language;
  }

  public boolean streamed() {
    return streamed;
  }

  public int status() {
    return status;
  }

  public @Nullable String finish() {
    return finish;
  }

  public @Nullable String error() {
    return error;
  }

  @Override
  public int promptTokens() {
    return promptTokens;
  }

  public int cachedTokens() {
    return cachedTokens;
  }

  @Override
  public int outputTokens() {
    return outputTokens;
  }

  /** Time until its quotas were reserved, or -1 if they were not. */
  public long quotaNanos() {
    return quotaNanos;
  }

  /** Time in the queue, or -1 if it is not known. */
  public long queueNanos() {
    return queueNanos;
  }

  /** Time from the first step to the first token, or -1 if it is not known. */
  public long prefillNanos() {
    return prefillNanos;
  }

  /** Time from the first byte to the first token, or -1 if there was none. */
  public long firstTokenNanos() {
    return firstTokenNanos;
  }
}
