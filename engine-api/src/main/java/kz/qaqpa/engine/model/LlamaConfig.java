package kz.qaqpa.engine.model;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/**
 * What a {@code LlamaForCausalLM} checkpoint says of itself.
 *
 * @param vocabulary rows of the embedding, at least 1
 * @param hidden width of the residual stream
 * @param layers transformer layers
 * @param heads query heads
 * @param kvHeads key/value heads, a divisor of {@code heads}
 * @param headDim size of one head, even; {@code heads * headDim} need not be {@code hidden}
 * @param intermediate width of the feed-forward part
 * @param maxPositions context length in tokens
 * @param rmsNormEps added to the mean square in every RMSNorm
 * @param ropeTheta base of the rotary frequencies
 * @param ropeScaling how they are stretched
 * @param tied whether the output head is the embedding
 * @param bosTokenId token that begins a text, if the model has one
 * @param eosTokens tokens that end a text, those of {@code generation_config.json} first; may be
 *     empty
 * @param dtype format that the weights were saved in, as the file claims; tensors know their own
 * @param generation recommended sampling
 */
public record LlamaConfig(
    int vocabulary,
    int hidden,
    int layers,
    int heads,
    int kvHeads,
    int headDim,
    int intermediate,
    int maxPositions,
    double rmsNormEps,
    double ropeTheta,
    RopeScaling ropeScaling,
    boolean tied,
    OptionalInt bosTokenId,
    List<Integer> eosTokens,
    DType dtype,
    GenerationDefaults generation) {

  /** Copies the list. */
  public LlamaConfig {
    eosTokens = List.copyOf(eosTokens);
  }

  /**
   * Reads {@code config.json} and, where there is one, {@code generation_config.json}.
   *
   * @throws ModelFileException naming the field, its value and what was expected; also for models
   *     that are not plain Llama (other architectures, biases, quantised weights)
   */
  public static LlamaConfig read(Path folder) {
    return LlamaConfigReader.read(folder);
  }

  /** {@link #eosTokens()} as an array of its own. */
  public int[] eosTokenIds() {
    return eosTokens.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Number of weights, a tied head counted once. */
  public long parameters() {
    long attention = 2L * hidden * headDim * (heads + kvHeads);
    long layer = attention + 3L * hidden * intermediate + 2L * hidden;
    long embedding = (long) vocabulary * hidden;
    return embedding * (tied ? 1 : 2) + layers * layer + hidden;
  }

  /**
   * Angle in radians that the pair {@code (i, i + headDim / 2)} of a head turns with each position,
   * scaling applied: {@code headDim / 2} values (Su et al., "RoFormer", 2021).
   */
  public double[] ropeInverseFrequencies() {
    double[] frequencies = new double[headDim / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = ropeScaling.scale(1 / Math.pow(ropeTheta, 2.0 * i / headDim));
    }
    return frequencies;
  }
}
