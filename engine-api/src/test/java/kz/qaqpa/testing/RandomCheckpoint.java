package kz.qaqpa.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import kz.qaqpa.engine.model.DType;
import kz.qaqpa.engine.model.RopeScaling;

/**
 * A Llama checkpoint of any shape with seeded random weights, scaled so that activations and logits
 * stay near 1, as in a trained model. Begins with {@link #tiny()} and changes what a test is about:
 * {@code RandomCheckpoint.tiny().heads(8, 2, 16).tied(true).write(folder, seed)}. Each change is
 * made in place.
 */
public final class RandomCheckpoint {
  private int vocabulary = 97;
  private int hidden = 64;
  private int layers = 2;
  private int heads = 4;
  private int kvHeads = 2;
  private int headDim = 16;
  private int intermediate = 96;
  private int maxPositions = 256;
  private double ropeTheta = 10_000;
  private RopeScaling ropeScaling = new RopeScaling.None();
  private boolean tied;
  private DType dtype = DType.F32;
  private int shards = 1;

  private RandomCheckpoint() {}

  /** Two layers, hidden 64, 4 heads over 2 of 16, vocabulary 97, untied, f32, one file. */
  public static RandomCheckpoint tiny() {
    return new RandomCheckpoint();
  }

  /** Llama 3.1 8B's proportions at a sixteenth of its width: GQA 4:1, llama3 scaling, untied. */
  public static RandomCheckpoint llama31ScaledDown() {
    return tiny()
        .vocabulary(512)
        .size(4, 256, 896)
        .heads(8, 2, 32)
        .rope(8192, 500_000, new RopeScaling.Llama3(8, 1, 4, 128))
        .stored(DType.BF16, 2);
  }

  /** Number of token ids. */
  public RandomCheckpoint vocabulary(int count) {
    vocabulary = count;
    return this;
  }

  /** Depth and widths. */
  public RandomCheckpoint size(int layerCount, int hiddenSize, int intermediateSize) {
    layers = layerCount;
    hidden = hiddenSize;
    intermediate = intermediateSize;
    return this;
  }

  /** Attention heads. */
  public RandomCheckpoint heads(int queryHeads, int keyValueHeads, int size) {
    heads = queryHeads;
    kvHeads = keyValueHeads;
    headDim = size;
    return this;
  }

  /** Context and rotary embedding. */
  public RandomCheckpoint rope(int positions, double theta, RopeScaling scaling) {
    maxPositions = positions;
    ropeTheta = theta;
    ropeScaling = scaling;
    return this;
  }

  /** Whether the output head is the embedding. */
  public RandomCheckpoint tied(boolean isTied) {
    tied = isTied;
    return this;
  }

  /** Format, and files to spread the weights over: more than one write an index. */
  public RandomCheckpoint stored(DType type, int files) {
    dtype = type;
    shards = files;
    return this;
  }

  /**
   * Writes {@code config.json} and the weights; the same seed gives the same bytes.
   *
   * @return the folder
   */
  public Path write(Path folder, long seed) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("config.json"), configJson());
    SplittableRandom random = new SplittableRandom(seed);
    List<SafetensorsFile> files = new ArrayList<>();
    for (int i = 0; i < shards; i++) {
      files.add(new SafetensorsFile());
    }
    Map<String, Integer> shardOf = new LinkedHashMap<>();
    for (Map.Entry<String, long[]> tensor : shapes().entrySet()) {
      int shard = shardOf.size() % shards;
      shardOf.put(tensor.getKey(), shard);
      long[] shape = tensor.getValue();
      files.get(shard).add(tensor.getKey(), dtype, shape, values(shape, random));
    }
    if (shards == 1) {
      files.getFirst().write(folder.resolve("model.safetensors"));
      return folder;
    }
    for (int i = 0; i < shards; i++) {
      files.get(i).write(folder.resolve(shardName(i)));
    }
    List<String> map = new ArrayList<>();
    shardOf.forEach((name, shard) -> map.add("\"" + name + "\":\"" + shardName(shard) + "\""));
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        "{\"metadata\":{},\"weight_map\":{" + String.join(",", map) + "}}");
    return folder;
  }

  private String shardName(int shard) {
    return "model-%05d-of-%05d.safetensors".formatted(shard + 1, shards);
  }

  /**
   * Norms near 1; matrices with a variance of 1 over their inputs, which keeps activations' size.
   */
  private static float[] values(long[] shape, SplittableRandom random) {
    boolean norm = shape.length == 1;
    int count = 1;
    for (long size : shape) {
      count = Math.toIntExact(count * size);
    }
    double spread = norm ? 0.1 : 1 / Math.sqrt(shape[1]);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (normal(random) * spread + (norm ? 1 : 0));
    }
    return values;
  }

  /** Near enough to a normal deviate, and the same on every JDK, unlike its nextGaussian(). */
  private static double normal(SplittableRandom random) {
    double sum = 0;
    for (int i = 0; i < 4; i++) {
      sum += random.nextDouble();
    }
    return (sum - 2) * Math.sqrt(3);
  }

  private Map<String, long[]> shapes() {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    int queries = heads * headDim;
    int keys = kvHeads * headDim;
    shapes.put("model.embed_tokens.weight", new long[] {vocabulary, hidden});
    for (int i = 0; i < layers; i++) {
      String layer = "model.layers." + i + ".";
      shapes.put(layer + "input_layernorm.weight", new long[] {hidden});
      shapes.put(layer + "post_attention_layernorm.weight", new long[] {hidden});
      shapes.put(layer + "self_attn.q_proj.weight", new long[] {queries, hidden});
      shapes.put(layer + "self_attn.k_proj.weight", new long[] {keys, hidden});
      shapes.put(layer + "self_attn.v_proj.weight", new long[] {keys, hidden});
      shapes.put(layer + "self_attn.o_proj.weight", new long[] {hidden, queries});
      shapes.put(layer + "mlp.gate_proj.weight", new long[] {intermediate, hidden});
      shapes.put(layer + "mlp.up_proj.weight", new long[] {intermediate, hidden});
      shapes.put(layer + "mlp.down_proj.weight", new long[] {hidden, intermediate});
    }
    shapes.put("model.norm.weight", new long[] {hidden});
    if (!tied) {
      shapes.put("lm_head.weight", new long[] {vocabulary, hidden});
    }
    return shapes;
  }

  private String configJson() {
    return """
    {
      "architectures": ["LlamaForCausalLM"],
      "model_type": "llama",
      "vocab_size": %d,
      "hidden_size": %d,
      "num_hidden_layers": %d,
      "num_attention_heads": %d,
      "num_key_value_heads": %d,
      "head_dim": %d,
      "intermediate_size": %d,
      "max_position_embeddings": %d,
      "rms_norm_eps": 1e-05,
      "rope_theta": %s,
      "rope_scaling": %s,
      "hidden_act": "silu",
      "tie_word_embeddings": %s,
      "bos_token_id": 0,
      "eos_token_id": 1,
      "torch_dtype": "%s"
    }
    """
        .formatted(
            vocabulary,
            hidden,
            layers,
            heads,
            kvHeads,
            headDim,
            intermediate,
            maxPositions,
            ropeTheta,
            scalingJson(),
            tied,
            dtype.torchName());
  }

  private String scalingJson() {
    return switch (ropeScaling) {
      case RopeScaling.None _ -> "null";
      case RopeScaling.Linear(double factor) -> "{\"type\":\"linear\",\"factor\":" + factor + "}";
      case RopeScaling.Llama3(double factor, double low, double high, int original) ->
          """
          {"rope_type":"llama3","factor":%s,"low_freq_factor":%s,"high_freq_factor":%s,\
          "original_max_position_embeddings":%d}\
          """
              .formatted(factor, low, high, original);
    };
  }
}
