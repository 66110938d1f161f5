package kz.qaqpa.cli.bench.peers;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A checkpoint of a usual size whose weights are random numbers in bf16: as fast or slow as a
 * trained one, with nothing to say. Heads have the usual size of 64. Its tokenizer is another
 * model's, and so is its vocabulary. It has no end token.
 *
 * @param hidden width
 * @param intermediate width of the feed-forward part
 * @param heads of queries, of 64 each; {@code kvHeads} of keys and values
 */
record RandomModel(int layers, int hidden, int intermediate, int heads, int kvHeads) {
  /** 126 million weights with a vocabulary of 8,192. */
  static final RandomModel SMALL = new RandomModel(19, 768, 2048, 12, 4);

  /** The layers of Llama 3.2 1B; 0.99 billion weights with a vocabulary of 8,192. */
  static final RandomModel ONE_BILLION = new RandomModel(16, 2048, 8192, 32, 8);

  private static final int HEAD = 64;
  private static final int POSITIONS = 4096;
  private static final int NUMBERS = 1 << 16;

  /** The one of this name. */
  static RandomModel of(String name) {
    return switch (name) {
      case "125m" -> SMALL;
      case "1b" -> ONE_BILLION;
      default ->
          throw new IllegalArgumentException("--random: " + name + " (expected: 125m or 1b)");
    };
  }

  /**
   * Writes it, unless the folder has it already.
   *
   * @param tokenizer folder of the model whose tokenizer it gets
   */
  Path make(Path folder, Path tokenizer) throws IOException {
    Files.createDirectories(folder);
    Path config = folder.resolve("config.json");
    int vocabulary =
        JsonMapper.builder()
            .build()
            .readTree(Files.readAllBytes(tokenizer.resolve("config.json")))
            .path("vocab_size")
            .asInt();
    String wanted = config(vocabulary);
    if (Files.exists(config) && Files.readString(config).equals(wanted)) {
      return folder;
    }
    Files.deleteIfExists(config); // Written last: half a model is none.
    for (String name : new String[] {"tokenizer.json", "tokenizer_config.json"}) {
      Files.copy(
          tokenizer.resolve(name), folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
    writeWeights(folder.resolve("model.safetensors"), shapes(vocabulary));
    Files.writeString(config, wanted);
    return folder;
  }

  private String config(int vocabulary) {
    ObjectNode config = JsonMapper.builder().build().createObjectNode();
    config.putArray("architectures").add("LlamaForCausalLM");
    return config
        .put("model_type", "llama")
        .put("vocab_size", vocabulary)
        .put("hidden_size", hidden)
        .put("intermediate_size", intermediate)
        .put("num_hidden_layers", layers)
        .put("num_attention_heads", heads)
        .put("num_key_value_heads", kvHeads)
        .put("head_dim", HEAD)
        .put("max_position_embeddings", POSITIONS)
        .put("rms_norm_eps", 1e-5)
        .put("rope_theta", 10_000.0)
        .put("hidden_act", "silu")
        .put("tie_word_embeddings", true)
        .put("torch_dtype", "bfloat16")
        .toString();
  }

  private Map<String, int[]> shapes(int vocabulary) {
    Map<String, int[]> shapes = new LinkedHashMap<>();
    shapes.put("model.embed_tokens.weight", new int[] {vocabulary, hidden});
    for (int i = 0; i < layers; i++) {
      String layer = "model.layers." + i + ".";
      shapes.put(layer + "input_layernorm.weight", new int[] {hidden});
      shapes.put(layer + "post_attention_layernorm.weight", new int[] {hidden});
      shapes.put(layer + "self_attn.q_proj.weight", new int[] {heads * HEAD, hidden});
      shapes.put(layer + "self_attn.k_proj.weight", new int[] {kvHeads * HEAD, hidden});
      shapes.put(layer + "self_attn.v_proj.weight", new int[] {kvHeads * HEAD, hidden});
      shapes.put(layer + "self_attn.o_proj.weight", new int[] {hidden, heads * HEAD});
      shapes.put(layer + "mlp.gate_proj.weight", new int[] {intermediate, hidden});
      shapes.put(layer + "mlp.up_proj.weight", new int[] {intermediate, hidden});
      shapes.put(layer + "mlp.down_proj.weight", new int[] {hidden, intermediate});
    }
    shapes.put("model.norm.weight", new int[] {hidden});
    return shapes;
  }

  private static void writeWeights(Path file, Map<String, int[]> shapes) throws IOException {
    ObjectNode header = JsonMapper.builder().build().createObjectNode();
    long end = 0;
    for (Map.Entry<String, int[]> tensor : shapes.entrySet()) {
      ObjectNode entry = header.putObject(tensor.getKey()).put("dtype", "BF16");
      var shape = entry.putArray("shape");
      long bytes = Short.BYTES;
      for (int size : tensor.getValue()) {
        shape.add(size);
        bytes *= size;
      }
      entry.putArray("data_offsets").add(end).add(end + bytes);
      end += bytes;
    }
    byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
      ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      out.write(length.putLong(json.length).array());
      out.write(json);
      SplittableRandom random = new SplittableRandom(1);
      for (int[] shape : shapes.values()) {
        writeTensor(out, shape, random);
      }
    }
  }

  /**
   * Norms near 1, matrices with a variance of 1 over their inputs, so that activations keep their
   * size. Numbers are taken from a table, beginning anywhere in it: drawing a billion is slow.
   */
  private static void writeTensor(OutputStream out, int[] shape, SplittableRandom random)
      throws IOException {
    boolean isNorm = shape.length == 1;
    int columns = shape[shape.length - 1];
    int rows = isNorm ? 1 : shape[0];
    double spread = isNorm ? 0.1 : 1 / Math.sqrt(columns);
    byte[] table = new byte[(NUMBERS + columns) * Short.BYTES];
    ByteBuffer numbers = ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN);
    while (numbers.hasRemaining()) {
      float value = (float) (normal(random) * spread + (isNorm ? 1 : 0));
      numbers.putShort((short) (Float.floatToRawIntBits(value) >> 16));
    }
    for (int row = 0; row < rows; row++) {
      out.write(table, random.nextInt(NUMBERS) * Short.BYTES, columns * Short.BYTES);
    }
  }

  /** Near enough to a normal deviate, and the same on every JDK. */
  private static double normal(SplittableRandom random) {
    double sum = 0;
    for (int i = 0; i < 4; i++) {
      sum += random.nextDouble();
    }
    return (sum - 2) * Math.sqrt(3);
  }
}
