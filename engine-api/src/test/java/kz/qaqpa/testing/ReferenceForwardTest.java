package kz.qaqpa.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import kz.qaqpa.engine.model.Checkpoint;
import kz.qaqpa.engine.model.DType;
import kz.qaqpa.engine.model.GenerationDefaults;
import kz.qaqpa.engine.model.LlamaConfig;
import kz.qaqpa.engine.model.RopeScaling;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The yardstick itself: by hand, by an independent program, and by what the model was taught. */
class ReferenceForwardTest {
  private static final Path SHIPPED =
      Path.of(System.getProperty("qaqpa.root", "..")).resolve("config/models/kaz-mini");

  /** "ЖСН неше саннан тұрады?" in the model's chat format. */
  private static final int[] QUESTION = {
    8186, 8188, 1380, 681, 8189, 10, 10, 3074, 1703, 4933, 1438, 63, 8190, 8188, 97, 115, 115, 105,
    3455, 2448, 116, 8189, 10, 10
  };

  /** "ЖСН 12 саннан тұрады." and the end of the turn. */
  private static final int[] ANSWER = {3074, 32, 1523, 4933, 1438, 46, 8190};

  @TempDir Path folder;

  @Test
  void theShippedModelAnswersWhatItWasTaught() {
    assertThat(shipped().greedy(QUESTION, ANSWER.length)).containsExactly(ANSWER);
  }

  @Test
  void agreesWithNumpyOnTheShippedModel() throws Exception {
    agree(shipped(), QUESTION, "kaz-mini.txt");
  }

  /** llama3 scaling over wavelengths on both sides and between, GQA 4:1, an untied head. */
  @Test
  void agreesWithNumpyOnRopeScaling() throws Exception {
    RandomCheckpoint shape =
        RandomCheckpoint.tiny()
            .vocabulary(980)
            .heads(8, 2, 16)
            .rope(256, 1000, new RopeScaling.Llama3(8, 1, 4, 64))
            .stored(DType.F16, 1);
    ReferenceForward random;
    try (Checkpoint checkpoint = Checkpoint.open(shape.write(folder, 42))) {
      random = ReferenceForward.of(checkpoint);
    }
    int[] tokens = IntStream.range(0, 100).map(i -> i * 37 % 980).toArray();
    agree(random, tokens, "random-llama3.txt");
  }

  @Test
  void laterTokensChangeNothingBefore() {
    ReferenceForward model = shipped();
    double[][] whole = model.logits(QUESTION);
    double[][] begun = model.logits(Arrays.copyOf(QUESTION, 7));
    for (int t = 0; t < begun.length; t++) {
      assertThat(whole[t]).containsExactly(begun[t]);
    }
    assertThat(model.logits(QUESTION, 20)).hasDimensions(4, 8192);
    assertThat(model.logits(QUESTION, 23)[0]).containsExactly(whole[23]);
  }

  /** Attention to a single token is that token's value, whatever query and key are. */
  @Test
  void oneTokenByHand() {
    // hidden 2, one head of 2, intermediate 1. x = (3, 4); its root mean square is sqrt(12.5).
    Map<String, float[]> weights = byHand();
    double rms = Math.sqrt(12.5);
    double[] x = {3 + 4 / rms, 4 + 3 / rms}; // v swaps the two, o is the identity
    double again = Math.sqrt((x[0] * x[0] + x[1] * x[1]) / 2);
    double gate = x[0] / again; // gate and up both take the first feature
    x[1] += gate / (1 + Math.exp(-gate)) * gate * 2; // down writes twice into the second
    double last = Math.sqrt((x[0] * x[0] + x[1] * x[1]) / 2);

    double[] logits = new ReferenceForward(CONFIG, source(weights)).logits(new int[] {1})[0];

    assertThat(logits[0]).isCloseTo(x[0] / last, within(1e-12));
    assertThat(logits[1]).isCloseTo(10 * x[1] / last, within(1e-12));
  }

  /**
   * Two equal tokens with q = k = (r, 0): the rotary angle between them is one radian, so that the
   * second scores itself r²/√2 and the first r²·cos(1)/√2.
   */
  @Test
  void rotationByHand() {
    Map<String, float[]> weights = byHand();
    weights.put("model.embed_tokens.weight", new float[] {1, 0, 0, 1});
    weights.put("model.layers.0.self_attn.q_proj.weight", new float[] {1, 1, 0, 0});
    weights.put("model.layers.0.self_attn.k_proj.weight", new float[] {1, 1, 0, 0});
    weights.put("model.layers.0.mlp.down_proj.weight", new float[] {0, 0});
    weights.put("lm_head.weight", new float[] {1, 0, 0, 1});
    double r = Math.sqrt(2); // (1, 0) and (0, 1) have the root mean square 1/√2
    double self = Math.exp(r * r / Math.sqrt(2));
    double other = Math.exp(r * r * Math.cos(1) / Math.sqrt(2));
    // v swaps: token 0 brings (0, r), token 1 brings (r, 0); residual of token 1 is (0, 1).
    double[] x = {r * self / (self + other), 1 + r * other / (self + other)};
    double last = Math.sqrt((x[0] * x[0] + x[1] * x[1]) / 2);

    double[] logits = new ReferenceForward(CONFIG, source(weights)).logits(new int[] {0, 1})[1];

    assertThat(logits[0]).isCloseTo(x[0] / last, within(1e-12));
    assertThat(logits[1]).isCloseTo(x[1] / last, within(1e-12));
  }

  private static final LlamaConfig CONFIG =
      new LlamaConfig(
          2,
          2,
          1,
          1,
          1,
          2,
          1,
          16,
          0,
          10_000,
          new RopeScaling.None(),
          false,
          OptionalInt.empty(),
          List.of(),
          DType.F32,
          GenerationDefaults.NONE);

  private static Map<String, float[]> byHand() {
    String layer = "model.layers.0.";
    Map<String, float[]> weights = new HashMap<>();
    weights.put("model.embed_tokens.weight", new float[] {5, 6, 3, 4});
    weights.put(layer + "input_layernorm.weight", new float[] {1, 1});
    weights.put(layer + "self_attn.q_proj.weight", new float[] {7, 1, 2, 3});
    weights.put(layer + "self_attn.k_proj.weight", new float[] {1, 9, 4, 3});
    weights.put(layer + "self_attn.v_proj.weight", new float[] {0, 1, 1, 0});
    weights.put(layer + "self_attn.o_proj.weight", new float[] {1, 0, 0, 1});
    weights.put(layer + "post_attention_layernorm.weight", new float[] {1, 1});
    weights.put(layer + "mlp.gate_proj.weight", new float[] {1, 0});
    weights.put(layer + "mlp.up_proj.weight", new float[] {1, 0});
    weights.put(layer + "mlp.down_proj.weight", new float[] {0, 2});
    weights.put("model.norm.weight", new float[] {1, 1});
    weights.put("lm_head.weight", new float[] {1, 0, 0, 10});
    return weights;
  }

  private static ReferenceForward.WeightSource source(Map<String, float[]> weights) {
    return name -> Objects.requireNonNull(weights.get(name), name);
  }

  /** Compares with the output of {@code src/test/python/reference_forward.py}. */
  private static void agree(ReferenceForward model, int[] tokens, String resource)
      throws Exception {
    double[][] logits = model.logits(tokens);
    String text;
    try (var in = ReferenceForwardTest.class.getResourceAsStream("/reference/" + resource)) {
      text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.US_ASCII);
    }
    for (String line : text.lines().toList()) {
      String[] parts = line.split(" ");
      if (parts[0].equals("best")) {
        continue;
      }
      double[] row = logits[Integer.parseInt(parts[0])];
      for (int i = 1; i < parts.length; i++) {
        assertThat(row[(i - 1) * 97]).isCloseTo(Double.parseDouble(parts[i]), within(1e-9));
      }
    }
  }

  private static ReferenceForward shipped() {
    try (Checkpoint checkpoint = Checkpoint.open(SHIPPED)) {
      return ReferenceForward.of(checkpoint);
    }
  }
}
