package kz.qaqpa.batching.schedule;

import kz.qaqpa.batching.GenerationFailure;
import kz.qaqpa.batching.TokenEvent;
import kz.qaqpa.batching.TokenEvent.Logprobs;
import kz.qaqpa.batching.TokenStream;
import org.jspecify.annotations.Nullable;

/**
 * Called on the step loop. Where a sequence's tokens go, and what its consumer wants: the only
 * things that the scheduler learns from outside a step. Nothing here waits.
 */
public interface TokenOutlet {

  /** Whether the consumer has left. */
  boolean isCancelled();

  /** Whether a token and the end fit. */
  boolean hasRoom();

  /** The sequence has left the waiting queue, for a slot or for good; called exactly once. */
  void leftQueue();

  /** So many tokens of the prompt have been read, computed or cached. */
  void promptRead(int tokens);

  /** The prompt has been read; called once, right before the first token. */
  void prefilled(TokenStream.Prefill prefill);

  /** The next token. */
  void push(int token, @Nullable Logprobs logprobs);

  /** The last event of an answer that came to its end. */
  void finish(TokenEvent.End end);

  /** The last event of an answer that was ended. */
  void fail(GenerationFailure failure);

  /** The last event of an answer whose consumer has left. */
  void discard();
}
