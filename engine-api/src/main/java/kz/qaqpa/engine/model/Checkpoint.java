package kz.qaqpa.engine.model;

import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A model folder as Hugging Face lays it out: {@code config.json} beside {@code model.safetensors},
 * or beside {@code model.safetensors.index.json} and its shards. Weights stay in the mapped files.
 *
 * <p>Tensors have the names of {@code LlamaForCausalLM}; projections are {@code [out, in]}:
 *
 * <ul>
 *   <li>{@code model.embed_tokens.weight [vocabulary, hidden]}, {@code model.norm.weight [hidden]},
 *       {@code lm_head.weight [vocabulary, hidden]} (the embedding itself where the head is tied)
 *   <li>for each layer {@code model.layers.N.}: {@code input_layernorm.weight}, {@code
 *       post_attention_layernorm.weight}, {@code self_attn.{q,k,v,o}_proj.weight}, {@code
 *       mlp.{gate,up,down}_proj.weight}
 * </ul>
 *
 * <p>Opening checks that all of them are there with the shapes that the configuration implies. Safe
 * for any number of threads; {@link #close()} unmaps the files, after which views throw.
 */
public final class Checkpoint implements AutoCloseable {
  private static final String EMBEDDING = "model.embed_tokens.weight";
  private static final String HEAD = "lm_head.weight";
  private static final String LAYERS = "model.layers.";
  private static final int NAMED_AT_MOST = 5;

  private final Arena arena;
  private final LlamaConfig config;
  private final Map<String, TensorView> tensors;

  private Checkpoint(Arena arena, LlamaConfig config, Map<String, TensorView> tensors) {
    this.arena = arena;
    this.config = config;
    this.tensors = tensors;
  }

  /**
   * Opens a model folder; maps its files, reads their headers only.
   *
   * @throws ModelFileException naming the file, the field or tensor, and what was expected
   */
  @SuppressWarnings("MustBeClosedChecker") // the checkpoint owns the arena, close() ends both
  public static Checkpoint open(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new ModelFileException(
          folder, "no folder (expected: one with config.json and model.safetensors)");
    }
    LlamaConfig config = LlamaConfig.read(folder);
    Arena arena = Arena.ofShared();
    try {
      return new Checkpoint(arena, config, tensors(folder, config, arena));
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  /** What the model says of itself. */
  public LlamaConfig config() {
    return config;
  }

  /** Whether {@code lm_head.weight} is the embedding. */
  public boolean tied() {
    return config.tied();
  }

  /**
   * A weight by its name.
   *
   * @throws IllegalArgumentException if a Llama of this configuration has no such tensor
   */
  public TensorView tensor(String name) {
    TensorView tensor = tensors.get(name.equals(HEAD) && tied() ? EMBEDDING : name);
    if (tensor == null) {
      throw new IllegalArgumentException(
          "tensor: " + JsonFields.shown(name) + " (expected: one of this model's)");
    }
    return tensor;
  }

  /** Names that {@link #tensor} knows; of a tied model without {@code lm_head.weight}. */
  public Set<String> names() {
    return tensors.keySet();
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }

  private static Map<String, TensorView> tensors(Path folder, LlamaConfig config, Arena arena) {
    Map<String, Safetensors> files = files(folder, arena);
    Map<String, long[]> expected = expectedShapes(config);
    refuseUnexpected(expected.keySet(), files);
    Map<String, TensorView> tensors = new LinkedHashMap<>();
    List<String> missing = new ArrayList<>();
    expected.forEach((name, shape) -> {
      Safetensors file = files.get(name);
      if (file == null) {
        missing.add(name);
      } else {
        tensors.put(name, checked(file, file.tensor(name), shape));
      }
    });
    if (!missing.isEmpty()) {
      String more =
          missing.size() > NAMED_AT_MOST
              ? " and " + (missing.size() - NAMED_AT_MOST) + " more"
              : "";
      throw new ModelFileException(
          folder,
          "missing tensors: "
              + String.join(", ", missing.subList(0, Math.min(missing.size(), NAMED_AT_MOST)))
              + more);
    }
    return tensors;
  }

  /** The file of each tensor. */
  private static Map<String, Safetensors> files(Path folder, Arena arena) {
    Path single = folder.resolve("model.safetensors");
    Path index = folder.resolve(ShardIndex.NAME);
    Map<String, Safetensors> files = new HashMap<>();
    if (Files.exists(single)) {
      Safetensors all = Safetensors.map(single, arena);
      all.names().forEach(name -> files.put(name, all));
    } else if (Files.exists(index)) {
      Map<String, Safetensors> shards = new HashMap<>();
      ShardIndex.read(index)
          .forEach((tensor, shard) ->
              files.put(
                  tensor,
                  shards.computeIfAbsent(
                      shard, name -> Safetensors.map(folder.resolve(name), arena))));
    } else {
      throw new ModelFileException(
          folder, "no weights (expected: model.safetensors or " + ShardIndex.NAME + ")");
    }
    return files;
  }

  private static Map<String, long[]> expectedShapes(LlamaConfig c) {
    long hidden = c.hidden();
    long queries = (long) c.heads() * c.headDim();
    long keys = (long) c.kvHeads() * c.headDim();
    Map<String, long[]> shapes = new LinkedHashMap<>();
    shapes.put(EMBEDDING, new long[] {c.vocabulary(), hidden});
    for (int layer = 0; layer < c.layers(); layer++) {
      String prefix = LAYERS + layer + ".";
      shapes.put(prefix + "input_layernorm.weight", new long[] {hidden});
      shapes.put(prefix + "self_attn.q_proj.weight", new long[] {queries, hidden});
      shapes.put(prefix + "self_attn.k_proj.weight", new long[] {keys, hidden});
      shapes.put(prefix + "self_attn.v_proj.weight", new long[] {keys, hidden});
      shapes.put(prefix + "self_attn.o_proj.weight", new long[] {hidden, queries});
      shapes.put(prefix + "post_attention_layernorm.weight", new long[] {hidden});
      shapes.put(prefix + "mlp.gate_proj.weight", new long[] {c.intermediate(), hidden});
      shapes.put(prefix + "mlp.up_proj.weight", new long[] {c.intermediate(), hidden});
      shapes.put(prefix + "mlp.down_proj.weight", new long[] {hidden, c.intermediate()});
    }
    shapes.put("model.norm.weight", new long[] {hidden});
    if (!c.tied()) {
      shapes.put(HEAD, new long[] {c.vocabulary(), hidden});
    }
    return shapes;
  }

  /**
   * A tensor that a layer has and we would not use (a bias, a further norm, a layer beyond the
   * configured number) means another model: its answers would be silently wrong.
   */
  private static void refuseUnexpected(Set<String> expected, Map<String, Safetensors> files) {
    files.forEach((name, file) -> {
      if (name.startsWith(LAYERS)
          && !expected.contains(name)
          // Older checkpoints store what we compute.
          && !name.endsWith(".rotary_emb.inv_freq")) {
        throw new ModelFileException(
            file.file(),
            JsonFields.shown(name)
                + ": unexpected tensor (expected: those of LlamaForCausalLM with this"
                + " config.json)");
      }
    });
  }

  private static TensorView checked(Safetensors file, TensorView tensor, long[] shape) {
    if (!Arrays.equals(tensor.shape(), shape)) {
      throw new ModelFileException(
          file.file(),
          tensor.name()
              + ".shape: "
              + Arrays.toString(tensor.shape())
              + " (expected: "
              + Arrays.toString(shape)
              + ", by config.json)");
    }
    return tensor;
  }
}
