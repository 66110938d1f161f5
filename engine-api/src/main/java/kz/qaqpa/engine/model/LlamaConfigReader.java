package kz.qaqpa.engine.model;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads Hugging Face's {@code config.json} as {@code transformers} 4 and 5 write it. Fields that
 * may be left out take the defaults of {@code LlamaConfig} there.
 */
final class LlamaConfigReader {
  private static final String ARCHITECTURE = "LlamaForCausalLM";
  private static final int MAX_SIZE = 1 << 20;
  private static final int MAX_LAYERS = 1024;
  private static final int MAX_HEADS = 4096;
  private static final int MAX_HEAD_DIM = 1024;
  private static final int MAX_VOCABULARY = 1 << 22;
  private static final int MAX_POSITIONS = 1 << 24;
  private static final double MAX_FACTOR = 1e6;

  private final JsonFields config;
  private final @Nullable JsonFields generation;

  private LlamaConfigReader(JsonFields config, @Nullable JsonFields generation) {
    this.config = config;
    this.generation = generation;
  }

  static LlamaConfig read(Path folder) {
    Path generation = folder.resolve("generation_config.json");
    return new LlamaConfigReader(
            JsonFields.read(folder.resolve("config.json")),
            Files.exists(generation) ? JsonFields.read(generation) : null)
        .config();
  }

  private LlamaConfig config() {
    refuseOtherModels();
    int vocabulary = config.integer("vocab_size", 1, MAX_VOCABULARY);
    int hidden = config.integer("hidden_size", 1, MAX_SIZE);
    int heads = config.integer("num_attention_heads", 1, MAX_HEADS);
    int kvHeads = config.integer("num_key_value_heads", 1, MAX_HEADS, heads);
    checkHeads(hidden, heads, kvHeads);
    int headDim = config.integer("head_dim", 1, MAX_HEAD_DIM, hidden / heads);
    if (headDim % 2 != 0 || headDim > MAX_HEAD_DIM) {
      throw config.wrong("head_dim", headDim, "an even number up to " + MAX_HEAD_DIM);
    }
    return new LlamaConfig(
        vocabulary,
        hidden,
        config.integer("num_hidden_layers", 1, MAX_LAYERS),
        heads,
        kvHeads,
        headDim,
        config.integer("intermediate_size", 1, MAX_SIZE),
        config.integer("max_position_embeddings", 1, MAX_POSITIONS),
        config.number("rms_norm_eps", 0, 1, 1e-6),
        ropeTheta(),
        ropeScaling(),
        config.flag("tie_word_embeddings", false),
        bosTokenId(vocabulary),
        eosTokens(vocabulary),
        dtype(),
        generationDefaults());
  }

  private void refuseOtherModels() {
    JsonNode architectures = config.find("architectures");
    if (architectures == null) {
      throw config.missing("architectures", "[\"" + ARCHITECTURE + "\"]");
    }
    if (!architectures.isArray()
        || architectures.size() != 1
        || !ARCHITECTURE.equals(architectures.get(0).stringValue(""))) {
      throw config.wrong("architectures", architectures, "[\"" + ARCHITECTURE + "\"]");
    }
    refuseUnless("model_type", "llama");
    refuseUnless("hidden_act", "silu");
    for (String bias : List.of("attention_bias", "mlp_bias")) {
      if (config.flag(bias, false)) {
        throw config.wrong(bias, true, "false: projections with biases are not supported");
      }
    }
    JsonFields quantization = config.object("quantization_config");
    if (quantization != null) {
      String method = quantization.string("quant_method");
      throw quantization.wrong(
          "quant_method",
          Objects.requireNonNullElse(method, "unnamed"),
          "no quantization_config: give the unquantised checkpoint, Qaqpa quantises it itself");
    }
    if (config.number("partial_rotary_factor", 0, 1, 1) != 1) {
      throw config.wrong("partial_rotary_factor", config.find("partial_rotary_factor") + "", "1");
    }
  }

  private void refuseUnless(String field, String only) {
    String value = config.string(field);
    if (value != null && !value.equals(only)) {
      throw config.wrong(field, '"' + value + '"', '"' + only + '"');
    }
  }

  private void checkHeads(int hidden, int heads, int kvHeads) {
    if (hidden % heads != 0) {
      throw config.wrong("hidden_size", hidden, "a multiple of num_attention_heads, " + heads);
    }
    if (heads % kvHeads != 0) {
      throw config.wrong(
          "num_key_value_heads", kvHeads, "a divisor of num_attention_heads, " + heads);
    }
  }

  private double ropeTheta() {
    JsonFields parameters = config.object("rope_parameters");
    double plain = config.number("rope_theta", 1, 1e12, 10_000);
    return parameters == null ? plain : parameters.number("rope_theta", 1, 1e12, plain);
  }

  /** {@code rope_scaling} until transformers 4, {@code rope_parameters} from 5 on. */
  private RopeScaling ropeScaling() {
    JsonFields older = config.object("rope_scaling");
    JsonFields newer = config.object("rope_parameters");
    if (older == null && newer == null) {
      return new RopeScaling.None();
    }
    RopeScaling scaling = ropeScaling(newer != null ? newer : Objects.requireNonNull(older));
    if (older != null && newer != null && !ropeScaling(older).equals(scaling)) {
      throw config.wrong(
          "rope_scaling", config.find("rope_scaling") + "", "the same as rope_parameters");
    }
    return scaling;
  }

  private static RopeScaling ropeScaling(JsonFields fields) {
    if (fields.number("partial_rotary_factor", 0, 1, 1) != 1) {
      throw fields.wrong("partial_rotary_factor", fields.find("partial_rotary_factor") + "", "1");
    }
    String key = fields.has("rope_type") || !fields.has("type") ? "rope_type" : "type";
    String type = fields.string(key);
    if (type == null) {
      throw fields.missing(key, "\"default\", \"linear\" or \"llama3\"");
    }
    return switch (type) {
      case "default" -> new RopeScaling.None();
      case "linear" -> new RopeScaling.Linear(fields.number("factor", 1, MAX_FACTOR));
      case "llama3" -> llama3(fields);
      default -> throw fields.wrong(key, '"' + type + '"', "\"default\", \"linear\" or \"llama3\"");
    };
  }

  private static RopeScaling llama3(JsonFields fields) {
    double low = fields.number("low_freq_factor", 1e-6, MAX_FACTOR);
    double high = fields.number("high_freq_factor", 1e-6, MAX_FACTOR);
    if (high <= low) {
      throw fields.wrong("high_freq_factor", high, "more than low_freq_factor, " + low);
    }
    return new RopeScaling.Llama3(
        fields.number("factor", 1, MAX_FACTOR),
        low,
        high,
        fields.integer("original_max_position_embeddings", 1, MAX_POSITIONS));
  }

  private OptionalInt bosTokenId(int vocabulary) {
    return config.has("bos_token_id")
        ? OptionalInt.of(config.integer("bos_token_id", 0, vocabulary - 1))
        : OptionalInt.empty();
  }

  /**
   * Both files' end tokens: chat models often name the end of a turn in the generation file only,
   * and stopping at either is right.
   */
  private List<Integer> eosTokens(int vocabulary) {
    Set<Integer> tokens = new LinkedHashSet<>();
    if (generation != null) {
      addEosTokens(generation, vocabulary, tokens);
    }
    addEosTokens(config, vocabulary, tokens);
    return new ArrayList<>(tokens);
  }

  private static void addEosTokens(JsonFields fields, int vocabulary, Set<Integer> tokens) {
    JsonNode value = fields.find("eos_token_id");
    if (value == null) {
      return;
    }
    for (JsonNode id : value.isArray() ? value : List.of(value)) {
      tokens.add(fields.integer("eos_token_id", id, 0, vocabulary - 1));
    }
  }

  private DType dtype() {
    String key = config.has("dtype") ? "dtype" : "torch_dtype";
    String name = config.string(key);
    if (name == null) {
      return DType.F32;
    }
    DType dtype = DType.ofTorch(name);
    if (dtype == null) {
      throw config.wrong(key, '"' + name + '"', "\"bfloat16\", \"float16\" or \"float32\"");
    }
    return dtype;
  }

  private GenerationDefaults generationDefaults() {
    if (generation == null) {
      return GenerationDefaults.NONE;
    }
    boolean sample = generation.flag("do_sample", true);
    return new GenerationDefaults(
        sample ? generation.number("temperature", 0, 100, 1) : 0,
        generation.number("top_p", Double.MIN_VALUE, 1, 1),
        generation.integer("top_k", 0, MAX_VOCABULARY, 0));
  }
}
