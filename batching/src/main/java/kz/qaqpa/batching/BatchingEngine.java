package kz.qaqpa.batching;

import java.util.List;

/** The batching core in front of one engine: one step-loop thread, any number of submitters. */
public interface BatchingEngine extends AutoCloseable {

  /**
   * Hands a request to the step loop. Never blocks; any thread.
   *
   * @return the stream of its answer, to be closed by the caller
   * @throws SubmitRefusal if it was not taken; nothing is left behind then
   */
  TokenStream submit(GenerationRequest request);

  /**
   * Hands over a request for several answers to one prompt, all taken or none. Never blocks; any
   * thread.
   *
   * @param choices 1 to 8
   * @return a stream for each, to be closed by the caller; the first is what {@link
   *     #submit(GenerationRequest)} gives
   * @throws SubmitRefusal if it was not taken; nothing is left behind then
   */
  List<TokenStream> submit(GenerationRequest request, int choices);

  /** Counters and gauges as of now; any thread, cheap. */
  BatchingStats stats();

  /** Whether the step loop and its engine work. */
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
