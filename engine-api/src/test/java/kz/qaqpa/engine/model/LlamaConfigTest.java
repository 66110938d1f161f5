package kz.qaqpa.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** config.json and generation_config.json: what is read, what is refused, and in which words. */
class LlamaConfigTest {
  private static final String LLAMA3 =
      """
      {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
       "original_max_position_embeddings": 8192}\
      """;

  @TempDir Path folder;
  private final Map<String, String> fields = llama31();

  @Test
  void readsLlama31() throws IOException {
    LlamaConfig config = read();
    assertThat(config.headDim()).isEqualTo(128);
    assertThat(config.kvHeads()).isEqualTo(8);
    assertThat(config.ropeScaling()).isEqualTo(new RopeScaling.Llama3(8, 1, 4, 8192));
    assertThat(config.eosTokenIds()).containsExactly(128001, 128008, 128009);
    assertThat(config.parameters()).isEqualTo(8_030_261_248L);
    assertThat(config.generation()).isEqualTo(GenerationDefaults.NONE);
  }

  @Test
  void readsTheRopeParametersOfTransformers5() throws IOException {
    fields.remove("rope_theta");
    fields.remove("rope_scaling");
    fields.remove("torch_dtype");
    fields.put("dtype", "\"float16\"");
    fields.put("rope_parameters", LLAMA3.replace("{", "{\"rope_theta\": 400000.0, "));
    LlamaConfig config = read();
    assertThat(config.ropeTheta()).isEqualTo(400_000);
    assertThat(config.ropeScaling()).isEqualTo(new RopeScaling.Llama3(8, 1, 4, 8192));
    assertThat(config.dtype()).isEqualTo(DType.F16);
  }

  @Test
  void takesTheDefaultsOfTransformersForWhatIsLeftOut() throws IOException {
    for (String optional :
        new String[] {
          "num_key_value_heads", "rope_theta", "rope_scaling", "bos_token_id", "eos_token_id",
          "tie_word_embeddings", "hidden_act", "torch_dtype", "rms_norm_eps", "model_type"
        }) {
      fields.remove(optional);
    }
    LlamaConfig config = read();
    assertThat(config.kvHeads()).isEqualTo(32);
    assertThat(config.ropeTheta()).isEqualTo(10_000);
    assertThat(config.ropeScaling()).isEqualTo(new RopeScaling.None());
    assertThat(config.rmsNormEps()).isEqualTo(1e-6);
    assertThat(config.bosTokenId()).isEmpty();
    assertThat(config.eosTokens()).isEmpty();
    assertThat(config.tied()).isFalse();
  }

  @Test
  void unitesTheEndTokensOfBothFiles() throws IOException {
    fields.put("eos_token_id", "128001");
    generation("{\"eos_token_id\": [128009, 128001], \"temperature\": 0.6, \"top_k\": 40}");
    LlamaConfig config = read();
    assertThat(config.eosTokenIds()).containsExactly(128009, 128001);
    assertThat(config.generation()).isEqualTo(new GenerationDefaults(0.6, 1, 40));
  }

  @Test
  void aModelThatDoesNotSampleIsGreedy() throws IOException {
    generation("{\"do_sample\": false, \"temperature\": 0.6}");
    assertThat(read().generation().temperature()).isZero();
  }

  /** Figures of the formula in numpy, for Llama 3.1's scaling: kept, ramp, divided by 8. */
  @Test
  void stretchesFrequenciesAsLlama31Does() throws IOException {
    double[] f = read().ropeInverseFrequencies();
    assertThat(f).hasSize(64);
    assertThat(f[0]).isEqualTo(1);
    assertRelative(f[28], 0.0032114459947525913);
    assertRelative(f[29], 0.002166570763503359);
    assertRelative(f[32], 0.0005248461609929547);
    assertRelative(f[34], 0.00017850781276799638);
    assertRelative(f[35], 9.556212353964683e-05);
    assertRelative(f[63], 3.068925988914511e-07);
  }

  @Test
  void stretchesFrequenciesLinearly() throws IOException {
    fields.put("rope_scaling", "{\"type\": \"linear\", \"factor\": 4.0}");
    double[] scaled = read().ropeInverseFrequencies();
    fields.put("rope_scaling", "{\"rope_type\": \"default\"}");
    double[] plain = read().ropeInverseFrequencies();
    for (int i = 0; i < plain.length; i++) {
      assertRelative(plain[i], Math.pow(500_000, -i / 64.0));
      assertRelative(scaled[i], plain[i] / 4);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          architectures | ["MistralForCausalLM"] | architectures: ["MistralForCausalLM"] (expected: ["LlamaForCausalLM"])
          architectures | "LlamaForCausalLM" | architectures: "LlamaForCausalLM" (expected: ["LlamaForCausalLM"])
          architectures | [7] | architectures: [7] (expected
          model_type | "qwen2" | model_type: "qwen2" (expected: "llama")
          hidden_act | "gelu" | hidden_act: "gelu" (expected: "silu")
          attention_bias | true | attention_bias: true (expected: false
          attention_bias | "no" | attention_bias: "no" (expected: true or false)
          mlp_bias | true | mlp_bias: true (expected: false
          quantization_config | {"quant_method":"awq"} | quantization_config.quant_method: awq (expected: no quantization_config
          vocab_size | -1 | vocab_size: -1 (expected: an integer from 1 to 4194304)
          vocab_size | 4294967297 | vocab_size: 4294967297 (expected
          vocab_size | 1e3 | vocab_size: 1000.0 (expected
          hidden_size | "4096" | hidden_size: "4096" (expected: an integer from 1 to 1048576)
          hidden_size | 4097 | hidden_size: 4097 (expected: a multiple of num_attention_heads, 32)
          num_attention_heads | 0 | num_attention_heads: 0 (expected: an integer from 1 to 4096)
          num_key_value_heads | 5 | num_key_value_heads: 5 (expected: a divisor of num_attention_heads, 32)
          num_key_value_heads | 64 | num_key_value_heads: 64 (expected: a divisor of num_attention_heads, 32)
          head_dim | 127 | head_dim: 127 (expected: an even number up to 1024)
          num_hidden_layers | 2.5 | num_hidden_layers: 2.5 (expected: an integer from 1 to 1024)
          rms_norm_eps | -1e-5 | rms_norm_eps: -1.0E-5 (expected: a number from 0.0 to 1.0)
          rope_theta | 1e999 | rope_theta: "Infinity" (expected
          rope_theta | null | rope_theta
          rope_scaling | 8 | rope_scaling: 8 (expected: an object)
          rope_scaling | {} | rope_scaling.rope_type: missing (expected: "default", "linear" or "llama3")
          rope_scaling | {"rope_type":"yarn","factor":4} | rope_scaling.rope_type: "yarn" (expected: "default", "linear" or "llama3")
          rope_scaling | {"type":"dynamic","factor":4} | rope_scaling.type: "dynamic" (expected
          rope_scaling | {"type":"linear"} | rope_scaling.factor: missing (expected: a number from 1.0 to 1000000.0)
          rope_scaling | {"type":"linear","factor":0.5} | rope_scaling.factor: 0.5 (expected
          rope_scaling | {"rope_type":"llama3","factor":8,"low_freq_factor":4,"high_freq_factor":4,"original_max_position_embeddings":8192} | rope_scaling.high_freq_factor: 4.0 (expected: more than low_freq_factor, 4.0)
          rope_scaling | {"rope_type":"llama3","factor":8,"low_freq_factor":1,"high_freq_factor":4} | rope_scaling.original_max_position_embeddings: missing
          rope_parameters | {"rope_type":"linear","factor":2} | rope_scaling: {
          partial_rotary_factor | 0.5 | partial_rotary_factor: 0.5 (expected: 1)
          bos_token_id | 128256 | bos_token_id: 128256 (expected: an integer from 0 to 128255)
          eos_token_id | [1, "2"] | eos_token_id: "2" (expected: an integer from 0 to 128255)
          eos_token_id | {} | eos_token_id: {} (expected
          tie_word_embeddings | 1 | tie_word_embeddings: 1 (expected: true or false)
          torch_dtype | "int8" | torch_dtype: "int8" (expected: "bfloat16", "float16" or "float32")
          """)
  void refusesNamingFieldValueAndExpectation(String field, String json, String message)
      throws IOException {
    fields.put(field, json);
    if (json.equals("null")) {
      assertThat(read().ropeTheta()).isEqualTo(10_000);
    } else {
      refused().hasMessageContaining(message);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "architectures",
    "vocab_size",
    "hidden_size",
    "num_hidden_layers",
    "num_attention_heads",
    "intermediate_size",
    "max_position_embeddings"
  })
  void namesWhatIsMissing(String field) throws IOException {
    fields.remove(field);
    refused().hasMessageContaining(field + ": missing (expected: ");
  }

  @Test
  void namesAMissingFile() {
    assertThatThrownBy(() -> LlamaConfig.read(folder))
        .isInstanceOf(ModelFileException.class)
        .hasMessage(folder.resolve("config.json") + ": missing (expected: a regular file)");
  }

  @Test
  void refusesWhatIsNotAJsonObject() throws IOException {
    for (String text :
        new String[] {"", "[]", "{", "{} {}", "\u0000", "{\"a\":1,\"a\":2}", "[".repeat(100_000)}) {
      Files.writeString(folder.resolve("config.json"), text);
      assertThatThrownBy(() -> LlamaConfig.read(folder))
          .isInstanceOf(ModelFileException.class)
          .hasMessageStartingWith(folder.resolve("config.json") + ": not ")
          .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(400));
    }
  }

  @Test
  void refusesAnOversizedFile() throws IOException {
    Files.writeString(folder.resolve("config.json"), "{}" + " ".repeat(1 << 20));
    assertThatThrownBy(() -> LlamaConfig.read(folder))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("too large (expected: at most 1048576 bytes)");
  }

  @Test
  void cutsAndEscapesHostileValues() throws IOException {
    fields.put("hidden_act", "\"\\u001b[2J" + "x".repeat(10_000) + '"');
    refused()
        .hasMessageContaining("hidden_act: \"\\u001b[2Jxxx")
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(400));
  }

  @Test
  void complainsOfTheGenerationFileByItsName() throws IOException {
    generation("{\"temperature\": \"hot\"}");
    refused()
        .hasMessage(
            folder.resolve("generation_config.json")
                + ": temperature: \"hot\" (expected: a number from 0.0 to 100.0)");
  }

  private static void assertRelative(double actual, double expected) {
    assertThat(actual / expected).isCloseTo(1, within(1e-12));
  }

  private AbstractThrowableAssert<?, ? extends Throwable> refused() throws IOException {
    write();
    return assertThatThrownBy(() -> LlamaConfig.read(folder))
        .isInstanceOf(ModelFileException.class);
  }

  private LlamaConfig read() throws IOException {
    write();
    return LlamaConfig.read(folder);
  }

  private void write() throws IOException {
    String body =
        fields.entrySet().stream()
            .map(field -> '"' + field.getKey() + "\": " + field.getValue())
            .collect(Collectors.joining(",\n", "{", "}"));
    Files.writeString(folder.resolve("config.json"), body);
  }

  private void generation(String json) throws IOException {
    Files.writeString(folder.resolve("generation_config.json"), json);
  }

  private static Map<String, String> llama31() {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("architectures", "[\"LlamaForCausalLM\"]");
    fields.put("model_type", "\"llama\"");
    fields.put("attention_bias", "false");
    fields.put("bos_token_id", "128000");
    fields.put("eos_token_id", "[128001, 128008, 128009]");
    fields.put("hidden_act", "\"silu\"");
    fields.put("hidden_size", "4096");
    fields.put("intermediate_size", "14336");
    fields.put("max_position_embeddings", "131072");
    fields.put("mlp_bias", "false");
    fields.put("num_attention_heads", "32");
    fields.put("num_hidden_layers", "32");
    fields.put("num_key_value_heads", "8");
    fields.put("pretraining_tp", "1");
    fields.put("rms_norm_eps", "1e-05");
    fields.put("rope_scaling", LLAMA3);
    fields.put("rope_theta", "500000.0");
    fields.put("tie_word_embeddings", "false");
    fields.put("torch_dtype", "\"bfloat16\"");
    fields.put("transformers_version", "\"4.43.0\"");
    fields.put("vocab_size", "128256");
    return fields;
  }
}
