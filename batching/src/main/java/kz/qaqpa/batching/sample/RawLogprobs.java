package kz.qaqpa.batching.sample;

import kz.qaqpa.batching.TokenEvent.Logprobs;
import kz.qaqpa.engine.StepResult;

/**
 * Log probabilities of the model's own distribution: before mask, bias, penalties, temperature and
 * filters, as vLLM's {@code raw_logprobs}. The alternatives are its best tokens, whether or not
 * they could be chosen. The one thing that is allocated for a token, since it is handed on.
 */
final class RawLogprobs {
  private RawLogprobs() {}

  /**
   * Those of a token that was sampled from a row.
   *
   * @param most alternatives
   * @param buffer of the vocabulary's size, overwritten where the token is no candidate
   */
  static Logprobs of(int most, StepResult result, int row, int token, float[] buffer) {
    int count = Math.min(most, result.candidates(row));
    double logSumExp = result.logSumExp(row);
    int[] topIds = new int[count];
    float[] top = new float[count];
    for (int i = 0; i < count; i++) {
      topIds[i] = result.candidateId(row, i);
      top[i] = (float) (result.candidateLogit(row, i) - logSumExp);
    }
    float logit = rawLogit(result, row, token, buffer);
    return new Logprobs((float) (logit - logSumExp), topIds, top);
  }

  private static float rawLogit(StepResult result, int row, int token, float[] buffer) {
    for (int i = 0; i < result.candidates(row); i++) {
      if (result.candidateId(row, i) == token) {
        return result.candidateLogit(row, i);
      }
    }
    result.logits(row, buffer); // Outside the candidates only where all logits were asked for.
    return buffer[token];
  }
}
