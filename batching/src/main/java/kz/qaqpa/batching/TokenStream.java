package kz.qaqpa.batching;

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

  /** Ends the sequence if it still lives. Idempotent, any thread, does not wait. */
  @Override
  void close();
}
