package kz.qaqpa.cli.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.engine.model.Checkpoint;
import kz.qaqpa.engine.model.DType;
import kz.qaqpa.engine.model.LlamaConfig;
import kz.qaqpa.engine.model.RopeScaling;
import kz.qaqpa.engine.model.TensorView;
import kz.qaqpa.testing.RandomCheckpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.json.JsonMapper;

/** What the command writes, read back by another reader; and what it refuses. */
class GgufConverterTest {
  private static final Path SHIPPED =
      Path.of(System.getProperty("qaqpa.root", "..")).resolve("config/models/kaz-mini");
  private static final int VOCABULARY = 8192;

  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  @TempDir Path folder;

  private int run(String... args) {
    PrintStream print = new PrintStream(said, true, StandardCharsets.UTF_8);
    return GgufCommand.run(List.of(args), print, print);
  }

  private String said() {
    return said.toString(StandardCharsets.UTF_8);
  }

  private Path convert(Path model, String type) {
    Path file = folder.resolve(type + ".gguf");
    assertThat(run("--model", model.toString(), "--out", file.toString(), "--type", type))
        .as(said())
        .isZero();
    return file;
  }

  /** With the shipped model's tokenizer. */
  private Path random(RandomCheckpoint shape) throws IOException {
    Path model = shape.vocabulary(VOCABULARY).write(folder.resolve("model"), 3);
    Files.copy(SHIPPED.resolve("tokenizer.json"), model.resolve("tokenizer.json"));
    return model;
  }

  @ParameterizedTest
  @EnumSource(GgufType.class)
  void everyWeightIsWhereItBelongs(GgufType type) throws IOException {
    Path model = random(RandomCheckpoint.tiny().stored(DType.BF16, 2));
    GgufReader file = new GgufReader(convert(model, type.label()));
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      assertThat(file.tensors).hasSize(checkpoint.names().size());
      for (int layer = 0; layer < 2; layer++) {
        String to = "blk." + layer + ".";
        String from = "model.layers." + layer + ".";
        compare(file, to + "attn_norm", checkpoint, from + "input_layernorm", 0);
        compare(file, to + "attn_q", checkpoint, from + "self_attn.q_proj", 16);
        compare(file, to + "attn_k", checkpoint, from + "self_attn.k_proj", 16);
        compare(file, to + "attn_v", checkpoint, from + "self_attn.v_proj", 0);
        compare(file, to + "attn_output", checkpoint, from + "self_attn.o_proj", 0);
        compare(file, to + "ffn_norm", checkpoint, from + "post_attention_layernorm", 0);
        compare(file, to + "ffn_gate", checkpoint, from + "mlp.gate_proj", 0);
        compare(file, to + "ffn_up", checkpoint, from + "mlp.up_proj", 0);
        compare(file, to + "ffn_down", checkpoint, from + "mlp.down_proj", 0);
      }
      compare(file, "token_embd", checkpoint, "model.embed_tokens", 0);
      compare(file, "output_norm", checkpoint, "model.norm", 0);
      compare(file, "output", checkpoint, "lm_head", 0);
    }
  }

  /**
   * Row by row.
   *
   * @param headDim of rows that are put in pairs; 0 if they are not
   */
  private static void compare(
      GgufReader file, String name, Checkpoint checkpoint, String source, int headDim) {
    TensorView tensor = checkpoint.tensor(source + ".weight");
    GgufReader.Tensor stored = file.tensor(name + ".weight");
    List<Long> reversed = new ArrayList<>();
    for (long size : tensor.shape()) {
      reversed.addFirst(size);
    }
    assertThat(stored.dimensions()).as(name).isEqualTo(reversed);
    float[] found = file.floats(name + ".weight");
    float[] row = new float[tensor.cols()];
    for (int r = 0; r < tensor.rows(); r++) {
      tensor.readRow(headDim == 0 ? r : sourceRow(r, headDim), row, 0);
      for (int c = 0; c < row.length; c++) {
        assertThat(found[r * row.length + c])
            .as(name + " " + r + " " + c)
            .isCloseTo(row[c], within(allowed(stored.type(), row)));
      }
    }
  }

  /** Of NumPy's {@code reshape(heads, 2, half, …).swapaxes(1, 2)}, written another way. */
  private static int sourceRow(int row, int headDim) {
    List<Integer> order = new ArrayList<>();
    for (int j = 0; j < headDim / 2; j++) {
      order.add(j);
      order.add(j + headDim / 2);
    }
    return row / headDim * headDim + order.get(row % headDim);
  }

  /** Half a step of the coarsest block, and what rounding the scale adds; BF16 fits into f16. */
  private static float allowed(int type, float[] row) {
    float extreme = 0;
    for (float weight : row) {
      extreme = Math.max(extreme, Math.abs(weight));
    }
    return switch (type) {
      case 0 -> 0f;
      case 1 -> extreme / 2048;
      case 8 -> extreme / 127 * 0.57f;
      case 2 -> extreme / 8 * 1.01f;
      default -> throw new IllegalStateException("type " + type);
    };
  }

  @Test
  void theShippedModel_withItsTokenizer() throws IOException {
    GgufReader file = new GgufReader(convert(SHIPPED, "q8_0"));
    assertThat(said()).matches("(?s).*q8_0.gguf: 56 tensors, q8_0, 7\\.\\d MB\\R");
    LlamaConfig config = LlamaConfig.read(SHIPPED);
    assertThat(file.values)
        .containsEntry("general.architecture", "llama")
        .containsEntry("general.name", "kaz-mini")
        .containsEntry("general.file_type", 7)
        .containsEntry("general.quantization_version", 2)
        .containsEntry("llama.block_count", config.layers())
        .containsEntry("llama.context_length", 2048)
        .containsEntry("llama.embedding_length", 256)
        .containsEntry("llama.feed_forward_length", 704)
        .containsEntry("llama.attention.head_count", 4)
        .containsEntry("llama.attention.head_count_kv", 2)
        .containsEntry("llama.attention.key_length", 64)
        .containsEntry("llama.attention.value_length", 64)
        .containsEntry("llama.attention.layer_norm_rms_epsilon", 1e-5f)
        .containsEntry("llama.rope.dimension_count", 64)
        .containsEntry("llama.rope.freq_base", 10_000f)
        .containsEntry("llama.vocab_size", VOCABULARY)
        .containsEntry("tokenizer.ggml.model", "gpt2")
        .containsEntry("tokenizer.ggml.pre", "llama-bpe")
        .containsEntry("tokenizer.ggml.bos_token_id", 8186)
        .containsEntry("tokenizer.ggml.eos_token_id", 8190)
        .containsEntry("tokenizer.ggml.add_bos_token", true)
        .doesNotContainKey("llama.rope.scaling.type");
    List<?> tokens = file.list("tokenizer.ggml.tokens");
    List<?> kinds = file.list("tokenizer.ggml.token_type");
    List<?> merges = file.list("tokenizer.ggml.merges");
    assertThat(tokens).hasSize(VOCABULARY).doesNotHaveDuplicates();
    assertThat(tokens.get(8190)).isEqualTo("<|eot_id|>");
    assertThat(kinds.subList(8186, VOCABULARY)).hasSize(6).allMatch(kind -> kind.equals(3));
    assertThat(kinds.subList(0, 8186)).allMatch(kind -> kind.equals(1));
    assertThat(merges).hasSize(7930);
    assertThat(merges.getFirst()).isEqualTo("Ð °");
    assertThat((String) file.values.get("tokenizer.chat_template")).contains("start_header_id");
    // Tied: the head is the embedding, and is not there twice.
    assertThat(file.tensors).doesNotContainKey("output.weight");
  }

  @Test
  void scaledRotations() throws IOException {
    Path model =
        random(
            RandomCheckpoint.tiny()
                .heads(4, 2, 16)
                .rope(512, 10_000, new RopeScaling.Llama3(8, 1, 4, 64)));
    GgufReader file = new GgufReader(convert(model, "f32"));
    float[] factors = file.floats("rope_freqs.weight");
    double[] scaled = LlamaConfig.read(model).ropeInverseFrequencies();
    for (int i = 0; i < 8; i++) {
      double plain = Math.pow(10_000, -2.0 * i / 16);
      assertThat(plain / factors[i]).isCloseTo(scaled[i], within(1e-6 * plain));
    }
    assertThat(factors[0]).isEqualTo(1);
    assertThat(factors[7]).isEqualTo(8);
    assertThat(file.floats("output_norm.weight")).hasSize(64);
  }

  @Test
  void stretchedPositions() throws IOException {
    Path model = random(RandomCheckpoint.tiny().rope(512, 10_000, new RopeScaling.Linear(4)));
    assertThat(new GgufReader(convert(model, "f16")).values)
        .containsEntry("llama.rope.scaling.type", "linear")
        .containsEntry("llama.rope.scaling.factor", 4f);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"ignore_merges\":true   | \"ignore_merges\":false | smaug-bpe",
        "\\p{N}{1,3}              | \\p{N}                  | model.ignore_merges: true (expected",
        "{1,3}                    | {1,4}                   | pre_tokenizer: another pattern (exp",
        "\"add_prefix_space\":false | \"add_prefix_space\":true | pre_tokenizer: another pattern",
        "\"type\":\"BPE\"         | \"type\":\"WordPiece\"  | model.type: "
      })
  void tokenizersThatDifferALittle(String old, String other, String expected) throws IOException {
    Path model = random(RandomCheckpoint.tiny());
    Path tokenizer = model.resolve("tokenizer.json");
    String json = JsonMapper.builder().build().readTree(Files.readString(tokenizer)).toString();
    assertThat(json).contains(old);
    Files.writeString(tokenizer, json.replace(old, other));
    Path file = folder.resolve("x.gguf");
    int status = run("--model", model.toString(), "--out", file.toString(), "--type", "f16");
    if (status == 0) {
      assertThat(new GgufReader(file).values).containsEntry("tokenizer.ggml.pre", expected);
    } else {
      assertThat(said()).contains(tokenizer + ": " + expected).hasLineCount(1);
      assertThat(file).doesNotExist();
    }
  }

  @Test
  void moreTokensThanTheModelHas() throws IOException {
    Path model = random(RandomCheckpoint.tiny());
    RandomCheckpoint.tiny().vocabulary(VOCABULARY - 1).write(model, 3);
    Path file = folder.resolve("x.gguf");
    assertThat(run("--model", model.toString(), "--out", file.toString())).isEqualTo(1);
    assertThat(said())
        .isEqualToIgnoringNewLines(
            model.resolve("tokenizer.json")
                + ": id 8191 (expected: less than vocab_size of config.json, 8191)");
  }

  @Test
  void gapsOfTheVocabulary_areFilled() throws IOException {
    Path model = random(RandomCheckpoint.tiny());
    RandomCheckpoint.tiny().vocabulary(VOCABULARY + 3).write(model, 3);
    List<?> tokens = new GgufReader(convert(model, "f16")).list("tokenizer.ggml.tokens");
    assertThat(tokens).hasSize(VOCABULARY + 3);
    assertThat(tokens.getLast()).isEqualTo("[PAD8194]");
  }

  @Test
  void rowsThatNoBlockFits() throws IOException {
    Path model = random(RandomCheckpoint.tiny().size(2, 64, 80));
    Path file = folder.resolve("x.gguf");
    assertThat(run("--model", model.toString(), "--out", file.toString(), "--type", "q8_0"))
        .isEqualTo(1);
    assertThat(said())
        .isEqualToIgnoringNewLines(
            "--type: q8_0 (expected: f32 or f16, since rows of model.layers.0.mlp.down_proj.weight"
                + " have 80 weights, not a multiple of 32)");
  }

  @Test
  void halfAModel_leavesNoFile_andTheOldOneWhole() throws IOException {
    Path model = random(RandomCheckpoint.tiny());
    Path file = Files.writeString(folder.resolve("x.gguf"), "old");
    Path weights = model.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length - 1] = 0x7f; // The last weight of all becomes NaN.
    bytes[bytes.length - 2] = (byte) 0xff;
    Files.write(weights, bytes);
    assertThat(run("--model", model.toString(), "--out", file.toString())).isEqualTo(1);
    assertThat(said()).isEqualToIgnoringNewLines("lm_head.weight: weight: NaN (expected: finite)");
    assertThat(file).hasContent("old");
    assertThat(folder.resolve("x.gguf.part")).doesNotExist();
    Files.write(weights, java.util.Arrays.copyOf(bytes, bytes.length / 2));
    assertThat(run("--model", model.toString(), "--out", file.toString())).isEqualTo(1);
    assertThat(said()).contains("truncated").contains(weights.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--out x.gguf --type q5_0 | 2 | --type: q5_0 (expected: f32, f16, q8_0 or q4_0)",
        "--type f16 | 2 | --out: missing (expected: the file to write)",
        "--out /nowhere/x.gguf | 1 | --out: /nowhere/x.gguf (expected: a file in a folder that is",
        "--out x.gguf --model /nowhere | 1 | /nowhere: no folder (expected: one with config.json"
      })
  void wrongCommandLines(String line, int status, String expected) {
    String[] args = line.replace("--out x.gguf", "--out " + folder + "/x.gguf").split(" ", -1);
    assertThat(run(args)).isEqualTo(status);
    assertThat(said()).startsWith(expected);
  }
}
