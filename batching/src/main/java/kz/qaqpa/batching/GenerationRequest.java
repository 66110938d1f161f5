package kz.qaqpa.batching;

import kz.qaqpa.batching.sample.SamplingParams;

/**
 * A request that is valid and final: nothing below re-checks it.
 *
 * @param id for logs and error messages
 * @param agency whom the work is counted for; running and waiting requests are told apart by it
 * @param prefixSalt start of the hash chain of the prefix cache: only requests with the same salt
 *     share cached prompts. Derived by the gateway from a secret and the agency, never from the
 *     client
 * @param prompt token ids, at least 1; not copied, must not change
 * @param maxTokens most tokens to generate, at least 1; {@code prompt + maxTokens <= slotLength}
 * @param sampling how tokens are chosen
 * @param stopTokens ids that end the answer; they are not delivered. Not copied
 * @param deadlineNanos {@link System#nanoTime()} after which the request is ended wherever it is;
 *     {@link Long#MAX_VALUE} for none
 * @param priorityClass whose turn comes first, whatever the agency
 * @param priority any int, the lower the earlier among requests of the same agency and class, 0 if
 *     the client says nothing (as in vLLM)
 */
@SuppressWarnings("ArrayRecordComponent") // Token ids are read once, by one owner; no copies.
public record GenerationRequest(
    String id,
    String agency,
    long prefixSalt,
    int[] prompt,
    int maxTokens,
    SamplingParams sampling,
    int[] stopTokens,
    long deadlineNanos,
    PriorityClass priorityClass,
    int priority) {

  /** Checks what needs no knowledge of the engine. */
  public GenerationRequest {
    if (prompt.length == 0) {
      throw new IllegalArgumentException("prompt: 0 tokens (expected: >= 1)");
    }
    if (maxTokens < 1) {
      throw new IllegalArgumentException("max_tokens: " + maxTokens + " (expected: >= 1)");
    }
  }

  /** Interactive, at priority 0. */
  public GenerationRequest(
      String id,
      String agency,
      long prefixSalt,
      int[] prompt,
      int maxTokens,
      SamplingParams sampling,
      int[] stopTokens,
      long deadlineNanos) {
    this(
        id,
        agency,
        prefixSalt,
        prompt,
        maxTokens,
        sampling,
        stopTokens,
        deadlineNanos,
        PriorityClass.INTERACTIVE,
        0);
  }

  /** The same with another limit of its answer. */
  public GenerationRequest withMaxTokens(int most) {
    return new GenerationRequest(
        id,
        agency,
        prefixSalt,
        prompt,
        most,
        sampling,
        stopTokens,
        deadlineNanos,
        priorityClass,
        priority);
  }

  /** What choice {@code i} of several is asked for: the same with {@link SamplingParams#choice}. */
  public GenerationRequest choice(int i) {
    if (i == 0) {
      return this;
    }
    return new GenerationRequest(
        id,
        agency,
        prefixSalt,
        prompt,
        maxTokens,
        sampling.choice(i),
        stopTokens,
        deadlineNanos,
        priorityClass,
        priority);
  }

  /** The same in another class, with another priority in it. */
  public GenerationRequest withPriority(PriorityClass wanted, int inItsClass) {
    return new GenerationRequest(
        id,
        agency,
        prefixSalt,
        prompt,
        maxTokens,
        sampling,
        stopTokens,
        deadlineNanos,
        wanted,
        inItsClass);
  }
}
