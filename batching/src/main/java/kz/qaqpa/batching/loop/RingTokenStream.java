package kz.qaqpa.batching.loop;

import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import kz.qaqpa.batching.GenerationFailure;
import kz.qaqpa.batching.TokenEvent;
import kz.qaqpa.batching.TokenEvent.Logprobs;
import kz.qaqpa.batching.TokenStream;
import kz.qaqpa.batching.schedule.Sequence;
import kz.qaqpa.batching.schedule.TokenOutlet;
import org.jctools.queues.varhandle.SpscVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * Written by the step loop, read by one consumer, closed by any thread. A bounded ring of events
 * behind a unicast sink.
 *
 * <pre>
 * Demand    The consumer's requests take events out of the ring. One that requests nothing lets it
 *           fill; hasRoom() turns false and the scheduler passes over this sequence. Room is kept
 *           for the end, so the last event is never refused.
 * Cancel    A flag. The step loop reads it when it plans, at most one step later. Who waits is not
 *           looked at in each plan, and is told of by name: see {@link Leavers}.
 * Edge      publishOn stands inside flux(): with it, the step loop only offers to the ring and
 *           schedules a drain. Without it, whatever a subscriber does would run on the step loop.
 * Tokens    An event without log probabilities is the same object for the same token id, made when
 *           the id first occurs: the step loop allocates nothing for a token.
 * Unread    A stream that nobody subscribes holds its ring and nothing else. Its sequence ends by
 *           itself, by close(), or, once the ring is full, as a slow consumer.
 * </pre>
 */
final class RingTokenStream implements TokenStream, TokenOutlet {
  /** Events that publishOn asks for at a time. */
  private static final int PREFETCH = 32;

  private final SpscVarHandleArrayQueue<TokenEvent> ring;
  private final Sinks.Many<TokenEvent> sink;
  private final TokenEvent.@Nullable Token[] tokens; // [token id], step loop only, shared
  private final Backlog.Entry queued;
  private volatile TokenStream.@Nullable Prefill prefill;
  private volatile boolean cancelled;
  private volatile boolean ended;
  private final Leavers leavers;
  private final AtomicBoolean left = new AtomicBoolean();

  /** Set before it is handed over. */
  private @Nullable Sequence sequence;

  /** A link of {@link Leavers}. */
  @Nullable RingTokenStream nextLeaver;

  /** Both grow, and are written by the step loop alone. */
  private volatile int promptRead;

  private volatile int generated;
  private int pushed; // step loop only

  /**
   * A stream without events.
   *
   * @param capacity of its ring, a power of two
   * @param tokens one place for each token id, filled by the step loop
   * @param queued counts the request among those that wait
   * @param leavers are told if it is closed before its end
   */
  RingTokenStream(
      int capacity, TokenEvent.@Nullable Token[] tokens, Backlog.Entry queued, Leavers leavers) {
    this.ring = new SpscVarHandleArrayQueue<>(capacity);
    this.sink = Sinks.unsafe().many().unicast().onBackpressureBuffer(ring);
    this.tokens = tokens;
    this.queued = queued;
    this.leavers = leavers;
  }

  /** The sequence whose tokens these are; before it is handed over. */
  void carries(Sequence own) {
    sequence = own;
  }

  /** The sequence whose tokens these are; once it was handed over. */
  Sequence sequence() {
    return Objects.requireNonNull(sequence);
  }

  @Override
  public Flux<TokenEvent> flux(Scheduler edge) {
    return sink.asFlux().doOnCancel(this::close).publishOn(edge, PREFETCH);
  }

  @Override
  public void close() {
    cancelled = true;
    if (!ended && left.compareAndSet(false, true)) {
      leavers.add(this);
    }
  }

  @Override
  public boolean isCancelled() {
    return cancelled;
  }

  @Override
  public boolean hasRoom() {
    return ring.capacity() - ring.size() >= 2;
  }

  @Override
  public void leftQueue() {
    queued.leave();
  }

  @Override
  public void promptRead(int tokens) {
    if (tokens > promptRead) { // After a preemption it is read again.
      promptRead = tokens;
    }
  }

  @Override
  public Progress progress() {
    return new Progress(promptRead, generated);
  }

  @Override
  public void prefilled(TokenStream.Prefill read) {
    prefill = read;
  }

  @Override
  public TokenStream.@Nullable Prefill prefill() {
    return prefill;
  }

  @Override
  public void push(int token, @Nullable Logprobs logprobs) {
    generated = ++pushed;
    emit(logprobs == null ? plain(token) : new TokenEvent.Token(token, logprobs));
  }

  private TokenEvent.Token plain(int id) {
    TokenEvent.Token token = tokens[id];
    if (token == null) {
      token = new TokenEvent.Token(id, null);
      tokens[id] = token;
    }
    return token;
  }

  @Override
  public void finish(TokenEvent.End end) {
    ended = true;
    emit(end);
    sink.tryEmitComplete();
  }

  @Override
  public void fail(GenerationFailure failure) {
    ended = true;
    sink.tryEmitError(failure);
  }

  @Override
  public void discard() {
    ended = true;
    sink.tryEmitError(new Closed());
  }

  private void emit(TokenEvent event) {
    Sinks.EmitResult result = sink.tryEmitNext(event);
    if (result == Sinks.EmitResult.FAIL_OVERFLOW) {
      throw new IllegalStateException("token ring: full (expected: room, as hasRoom() said)");
    }
    // Every other failure means that the consumer has left, which the next plan will see.
  }

  /** What a consumer sees that is still subscribed when its stream is closed. No stack trace. */
  private static final class Closed extends CancellationException {
    private static final long serialVersionUID = 1L;

    Closed() {
      super("the stream was closed");
    }

    @Override
    @SuppressWarnings("UnsynchronizedOverridesSynchronized") // It has no state to guard.
    public Throwable fillInStackTrace() {
      return this;
    }
  }
}
