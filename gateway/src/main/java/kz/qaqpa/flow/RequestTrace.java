package kz.qaqpa.flow;

import java.util.Locale;
import kz.qaqpa.admission.quota.RateLimits;
import kz.qaqpa.batching.TokenStream;
import kz.qaqpa.http.api.Usage;
import kz.qaqpa.language.Language;
import kz.qaqpa.metrics.GatewayMetrics;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one request, for its log line and the metrics. No text of prompts or answers.
 *
 * <p>Written by whoever carries the request at the time, read when it is over; the hand-overs
 * between threads order both. Phase and prompt length alone may be read while a client leaves.
 */
public final class RequestTrace {
  private final String id;
  private final String method;
  private final String path;
  private final long startNanos = System.nanoTime();
  private volatile Phase phase = Phase.BODY;
  private volatile int promptTokens;
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
  private int outputTokens;
  private long queueNanos = -1;
  private long prefillNanos = -1;
  private long firstTokenNanos = -1;

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
    outputTokens++;
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

  /** What the metrics want to know. */
  public GatewayMetrics.Ending ending() {
    boolean submitted = phase.compareTo(Phase.QUEUE) >= 0;
    String reason = finish != null ? finish : submitted ? "abort" : null;
    return new GatewayMetrics.Ending(
        status, reason, promptTokens, outputTokens, queueNanos, prefillNanos);
  }

  public String id() {
    return id;
  }

  /** Id of the trace that it belongs to: 32 hexadecimal digits. */
  public @Nullable String traceId() {
    return traceId;
  }

  public String method() {
    return method;
  }

  public String path() {
    return path;
  }

  public long startNanos() {
    return startNanos;
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

  public int promptTokens() {
    return promptTokens;
  }

  public int cachedTokens() {
    return cachedTokens;
  }

  public int outputTokens() {
    return outputTokens;
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
