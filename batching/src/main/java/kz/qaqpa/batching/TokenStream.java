package kz.qaqpa.batching;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;

/**
 * The answer to one request, as it is made. Whoever got it closes it, whatever happened: that is
 * what ends an abandoned sequence.
 */
public interface TokenStream extends AutoCloseable {

  /**
   * The events, delivered on {@code edge}, at most once subscribed. Cancelling ends the sequence at
   * the next step; a subscriber that requests nothing stalls this sequence alone.
   *
   * @param edge where the events are delivered, usually the connection's event loop
   * @return tokens and one {@link TokenEvent.End}, or an error: a {@link GenerationFailure}, or
   *     {@link java.util.concurrent.CancellationException} if the stream was closed meanwhile
   */
  Flux<TokenEvent> flux(Scheduler edge);

  /**
   * What is known from the first token on, also of a stream that its consumer then leaves. Any
   * thread; null before.
   */
  @Nullable Prefill prefill();

  /**
   * How the prompt was read.
   *
   * @param cachedTokens tokens of it that were not computed because their prefix was cached
   * @param queueNanos from submission to the first step that carried the request
   * @param prefillNanos from then to the first token
   */
  record Prefill(int cachedTokens, long queueNanos, long prefillNanos) {}

  /**
   * How much work went into it so far. Any thread, also after {@link #close}; a step that is under
   * way at that moment may still add a token.
   */
  Progress progress();

  /**
   * Work done.
   *
   * @param promptTokens tokens of the prompt that were read, computed or found in the cache; the
   *     prompt of several choices is read once and told by each of them
   * @param outputTokens tokens generated, delivered or not
   */
  record Progress(int promptTokens, int outputTokens) {}

  /** Ends the sequence if it still lives. Idempotent, any thread, does not wait. */
  @Override
  void close();
}
