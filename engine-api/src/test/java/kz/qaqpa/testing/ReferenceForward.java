package kz.qaqpa.testing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import kz.qaqpa.engine.model.Checkpoint;
import kz.qaqpa.engine.model.LlamaConfig;

/**
 * The Llama forward pass in plain doubles, a whole sequence at once, without a cache: what engines
 * are measured against. Written from the papers (RMSNorm: Zhang and Sennrich 2019; rotary
 * embedding: Su et al. 2021, in Hugging Face's "half" layout; grouped-query attention: Ainslie et
 * al. 2023; SwiGLU: Shazeer 2020), with nothing shared with an engine but the configuration.
 *
 * <p>Matrices of activations are {@code [tokens][features]}. Immutable after construction; safe for
 * any thread.
 */
public final class ReferenceForward {
  /** Tokens multiplied together: their activations then fit into the second-level cache. */
  private static final int TILE = 64;

  private final LlamaConfig config;
  private final double[] inverseFrequencies;
  private final float[] embedding;
  private final List<Layer> layers = new ArrayList<>();
  private final float[] finalNorm;
  private final float[] head;

  /**
   * @param weights gives each tensor by its Hugging Face name; {@code lm_head.weight} is asked for
   *     even where it is tied, so that a test can hand out what an engine really computes with
   */
  public ReferenceForward(LlamaConfig config, WeightSource weights) {
    this.config = config;
    this.inverseFrequencies = config.ropeInverseFrequencies();
    this.embedding = weights.read("model.embed_tokens.weight");
    for (int i = 0; i < config.layers(); i++) {
      layers.add(Layer.read(weights, "model.layers." + i + "."));
    }
    this.finalNorm = weights.read("model.norm.weight");
    this.head = weights.read("lm_head.weight");
  }

  /** Where weights come from: a checkpoint, or one rounded as an engine rounds it. */
  @FunctionalInterface
  public interface WeightSource {
    /** All elements of a tensor, row-major. */
    float[] read(String name);
  }

  private record Layer(
      float[] attentionNorm,
      float[] q,
      float[] k,
      float[] v,
      float[] o,
      float[] mlpNorm,
      float[] gate,
      float[] up,
      float[] down) {

    static Layer read(WeightSource weights, String prefix) {
      return new Layer(
          weights.read(prefix + "input_layernorm.weight"),
          weights.read(prefix + "self_attn.q_proj.weight"),
          weights.read(prefix + "self_attn.k_proj.weight"),
          weights.read(prefix + "self_attn.v_proj.weight"),
          weights.read(prefix + "self_attn.o_proj.weight"),
          weights.read(prefix + "post_attention_layernorm.weight"),
          weights.read(prefix + "mlp.gate_proj.weight"),
          weights.read(prefix + "mlp.up_proj.weight"),
          weights.read(prefix + "mlp.down_proj.weight"));
    }
  }

  /** With a checkpoint's own weights, read now: the checkpoint may be closed afterwards. */
  public static ReferenceForward of(Checkpoint checkpoint) {
    return new ReferenceForward(checkpoint.config(), name -> checkpoint.tensor(name).toFloats());
  }

  /** Logits at every position: {@code [tokens][vocabulary]}. */
  public double[][] logits(int[] tokens) {
    return logits(tokens, 0);
  }

  /** Logits at the positions from {@code from} on: {@code [tokens - from][vocabulary]}. */
  public double[][] logits(int[] tokens, int from) {
    double[][] x = new double[tokens.length][];
    for (int t = 0; t < tokens.length; t++) {
      x[t] = embed(tokens[t]);
    }
    for (Layer layer : layers) {
      addAttention(layer, x);
      addMlp(layer, x);
    }
    return multiply(
        head, config.vocabulary(), norm(Arrays.copyOfRange(x, from, x.length), finalNorm));
  }

  /** The next tokens, each the one with the highest logit; the lower id where two are equal. */
  public int[] greedy(int[] prompt, int count) {
    int[] tokens = Arrays.copyOf(prompt, prompt.length + count);
    for (int n = prompt.length; n < tokens.length; n++) {
      double[] logits = logits(Arrays.copyOf(tokens, n), n - 1)[0];
      int best = 0;
      for (int i = 1; i < logits.length; i++) {
        best = logits[i] > logits[best] ? i : best;
      }
      tokens[n] = best;
    }
    return Arrays.copyOfRange(tokens, prompt.length, tokens.length);
  }

  /** {@code ln(sum(exp(logit)))}. */
  public static double logSumExp(double[] logits) {
    double max = Arrays.stream(logits).max().orElseThrow();
    return max + Math.log(Arrays.stream(logits).map(l -> Math.exp(l - max)).sum());
  }

  private double[] embed(int token) {
    double[] x = new double[config.hidden()];
    for (int i = 0; i < x.length; i++) {
      x[i] = embedding[token * x.length + i];
    }
    return x;
  }

  private void addAttention(Layer layer, double[][] x) {
    int d = config.headDim();
    double[][] y = norm(x, layer.attentionNorm);
    double[][] q = multiply(layer.q, config.heads() * d, y);
    double[][] k = multiply(layer.k, config.kvHeads() * d, y);
    double[][] v = multiply(layer.v, config.kvHeads() * d, y);
    for (int t = 0; t < x.length; t++) {
      rotate(q[t], t);
      rotate(k[t], t);
    }
    double[][] mixed = new double[x.length][config.heads() * d];
    int group = config.heads() / config.kvHeads();
    IntStream.range(0, x.length)
        .parallel()
        .forEach(t -> {
          for (int h = 0; h < config.heads(); h++) {
            attend(q[t], h * d, k, v, h / group * d, t, mixed[t]);
          }
        });
    add(x, multiply(layer.o, config.hidden(), mixed));
  }

  /** One query head at position {@code t} over the keys and values up to it. */
  private void attend(
      double[] q, int at, double[][] k, double[][] v, int kvAt, int t, double[] into) {
    int d = config.headDim();
    double[] scores = new double[t + 1];
    for (int s = 0; s <= t; s++) {
      double dot = 0;
      for (int i = 0; i < d; i++) {
        dot += q[at + i] * k[s][kvAt + i];
      }
      scores[s] = dot / Math.sqrt(d);
    }
    double total = logSumExp(scores);
    for (int s = 0; s <= t; s++) {
      double weight = Math.exp(scores[s] - total);
      for (int i = 0; i < d; i++) {
        into[at + i] += weight * v[s][kvAt + i];
      }
    }
  }

  /** Turns the pairs {@code (i, i + headDim / 2)} of every head by the angles of a position. */
  private void rotate(double[] heads, int position) {
    int d = config.headDim();
    for (int at = 0; at < heads.length; at += d) {
      for (int i = 0; i < d / 2; i++) {
        double angle = position * inverseFrequencies[i];
        double a = heads[at + i];
        double b = heads[at + i + d / 2];
        heads[at + i] = a * Math.cos(angle) - b * Math.sin(angle);
        heads[at + i + d / 2] = b * Math.cos(angle) + a * Math.sin(angle);
      }
    }
  }

  private void addMlp(Layer layer, double[][] x) {
    double[][] y = norm(x, layer.mlpNorm);
    double[][] gate = multiply(layer.gate, config.intermediate(), y);
    double[][] up = multiply(layer.up, config.intermediate(), y);
    for (int t = 0; t < x.length; t++) {
      for (int i = 0; i < gate[t].length; i++) {
        double g = gate[t][i];
        gate[t][i] = g / (1 + Math.exp(-g)) * up[t][i];
      }
    }
    add(x, multiply(layer.down, config.hidden(), gate));
  }

  private double[][] norm(double[][] x, float[] weight) {
    double[][] y = new double[x.length][weight.length];
    for (int t = 0; t < x.length; t++) {
      double squares = Arrays.stream(x[t]).map(v -> v * v).sum();
      double scale = 1 / Math.sqrt(squares / weight.length + config.rmsNormEps());
      for (int i = 0; i < weight.length; i++) {
        y[t][i] = x[t][i] * scale * weight[i];
      }
    }
    return y;
  }

  private static void add(double[][] x, double[][] y) {
    for (int t = 0; t < x.length; t++) {
      for (int i = 0; i < x[t].length; i++) {
        x[t][i] += y[t][i];
      }
    }
  }

  /**
   * {@code y[t][o] = sum over k of weight[o][k] * x[t][k]}. Each output's terms are added in the
   * order of k; the innermost loop runs over tokens, whose lanes are independent and vectorise.
   */
  private static double[][] multiply(float[] weight, int outputs, double[][] x) {
    int inputs = weight.length / outputs;
    double[][] y = new double[x.length][outputs];
    for (int first = 0; first < x.length; first += TILE) {
      int begin = first;
      int n = Math.min(TILE, x.length - first);
      double[] columns = columns(x, first, n, inputs);
      IntStream.range(0, outputs)
          .parallel()
          .forEach(o -> {
            double[] sums = new double[n];
            for (int k = 0; k < inputs; k++) {
              multiplyAdd(weight[o * inputs + k], columns, k * n, sums);
            }
            for (int t = 0; t < n; t++) {
              y[begin + t][o] = sums[t];
            }
          });
    }
    return y;
  }

  private static double[] columns(double[][] x, int first, int n, int inputs) {
    double[] columns = new double[inputs * n];
    for (int k = 0; k < inputs; k++) {
      for (int t = 0; t < n; t++) {
        columns[k * n + t] = x[first + t][k];
      }
    }
    return columns;
  }

  private static void multiplyAdd(double factor, double[] values, int at, double[] sums) {
    for (int t = 0; t < sums.length; t++) {
      sums[t] += factor * values[at + t];
    }
  }
}
