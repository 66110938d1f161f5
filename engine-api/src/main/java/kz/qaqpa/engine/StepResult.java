package kz.qaqpa.engine;

/**
 * What one step computed, by row of its plan. A view of the engine's own buffers: valid until the
 * engine is called again.
 */
public interface StepResult {

  /** Most candidates that a row carries; a vocabulary smaller than this gives all its tokens. */
  int CANDIDATES = 64;

  /** Number of candidates of a row; 0 if the plan wanted none. */
  int candidates(int row);

  /**
   * Token id of the candidate of this rank. Rank 0 has the highest logit; of equal logits the lower
   * id comes first, so that the order does not depend on the batch.
   */
  int candidateId(int row, int rank);

  /** Raw logit (before temperature or any penalty) of the candidate of this rank. */
  float candidateLogit(int row, int rank);

  /** {@code ln(sum(exp(logit)))} over the whole vocabulary; NaN if the plan wanted no logits. */
  float logSumExp(int row);

  /**
   * Copies all raw logits of a row.
   *
   * @param into length at least the vocabulary
   * @throws IllegalStateException if the plan did not ask {@link LogitsMode#FULL} for this row
   */
  void logits(int row, float[] into);
}
