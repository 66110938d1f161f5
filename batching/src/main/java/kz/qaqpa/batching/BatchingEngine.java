package kz.qaqpa.batching;

import java.util.List;

/** The batching core in front of one engine: one step-loop thread, any number of submitters. */
public interface BatchingEngine extends AutoCloseable {
  /** Most choices of one request. */
  int MOST_CHOICES = 8;

  /**
   * Hands a request to the step loop. Never blocks; any thread.
   *
   * @return the stream of its answer, to be closed by the caller
   * @throws SubmitRefusal if it was not taken; nothing is left behind then
   */
  default TokenStream submit(GenerationRequest request) {
    return submit(request, 1).getFirst();
  }

  /**
   * Hands a request for several answers to the step loop. All choices are taken or none; each waits
   * for its own slot, and each counts as a request of the queue. The prompt counts, and is
   * computed, once. Never blocks; any thread.
   *
   * <p>Choice i generates what {@code request.choice(i)} would alone, so choice 0 is the request
   * itself, and greedy choices are all equal. Each has its own stream, and ends alone; what the
   * streams tell as {@link TokenStream#prefill} is the same for all: how the one prompt was read.
   *
   * @param choices 1 to {@link #MOST_CHOICES}
   * @return one stream for each choice, in order, each to be closed by the caller
   * @throws SubmitRefusal if it was not taken; nothing is left behind then
   * @throws IllegalArgumentException if {@code choices} is out of range, or bias or mask name a
   *     token that the model does not have
   */
  List<TokenStream> submit(GenerationRequest request, int choices);

  /**
   * Requests that the queue would take now, as far as their number goes; any thread, cheap. Where
   * it is none, whoever has a request need not make it ready to be refused.
   */
  int room();

  /** Counters and gauges as of now; any thread, cheap. */
  BatchingStats stats();

  /** What the loop is doing; any thread, cheap. */
  EnginePulse pulse();

  /**
   * Has the engine opened again as soon as its call under way has returned, whose result is not
   * used: what runs fails with {@link GenerationFailure.Kind#ENGINE}, what waits goes on. Any
   * thread.
   */
  void restart();

  /** Whether the step loop and its engine work; false while the engine is opened again. */
  boolean healthy();

  /** Takes nothing new from now on; what is running or waiting goes on. Any thread. */
  void drain();

  /**
   * Ends all sequences with {@link GenerationFailure.Kind#STOPPED}, stops the loop, closes the
   * engine.
   */
  @Override
  void close();
}
