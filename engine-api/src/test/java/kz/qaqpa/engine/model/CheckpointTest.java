package kz.qaqpa.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import kz.qaqpa.testing.RandomCheckpoint;
import kz.qaqpa.testing.SafetensorsFile;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole model folders: single files and shards, sound, damaged and hostile. */
class CheckpointTest {
  private static final String INDEX = "model.safetensors.index.json";

  private static final byte[] HUGE = "99999999999999999999".getBytes(StandardCharsets.US_ASCII);

  @TempDir Path folder;

  @Test
  void shardsGiveWhatOneFileGives() throws IOException {
    RandomCheckpoint shape = RandomCheckpoint.tiny().tied(true).stored(DType.BF16, 1);
    Path one = shape.write(folder.resolve("one"), 7);
    Path many = shape.stored(DType.BF16, 3).write(folder.resolve("many"), 7);
    assertThat(many.resolve("model.safetensors")).doesNotExist();
    try (Checkpoint a = Checkpoint.open(one);
        Checkpoint b = Checkpoint.open(many)) {
      assertThat(b.config()).isEqualTo(a.config());
      assertThat(b.names()).isEqualTo(a.names()).hasSize(2 + 2 * 9);
      for (String name : a.names()) {
        assertThat(b.tensor(name).toFloats()).containsExactly(a.tensor(name).toFloats());
      }
    }
  }

  @Test
  void opensLlama31ScaledDown() throws IOException {
    Path model = RandomCheckpoint.llama31ScaledDown().write(folder.resolve("m"), 1);
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      assertThat(checkpoint.tied()).isFalse();
      assertThat(checkpoint.config().ropeScaling()).isInstanceOf(RopeScaling.Llama3.class);
      assertThat(checkpoint.tensor("lm_head.weight"))
          .isNotSameAs(checkpoint.tensor("model.embed_tokens.weight"));
    }
  }

  @Test
  void shardsMayBeSymbolicLinksAsInADownloadCache() throws IOException {
    Path model = RandomCheckpoint.tiny().stored(DType.F16, 2).write(folder.resolve("m"), 1);
    Path shard = model.resolve("model-00001-of-00002.safetensors");
    Path blob = folder.resolve("blob");
    Files.move(shard, blob);
    Files.createSymbolicLink(shard, blob);
    Checkpoint.open(model).close();
  }

  @Test
  void namesTheTensorsThatAreMissing() throws IOException {
    Path model = tiny();
    new SafetensorsFile()
        .add("model.norm.weight", DType.F32, new long[] {64}, new float[64])
        .write(model.resolve("model.safetensors"));
    refused(model)
        .hasMessage(
            model
                + ": missing tensors: model.embed_tokens.weight,"
                + " model.layers.0.input_layernorm.weight,"
                + " model.layers.0.self_attn.q_proj.weight,"
                + " model.layers.0.self_attn.k_proj.weight,"
                + " model.layers.0.self_attn.v_proj.weight and 15 more");
  }

  @Test
  void anUntiedModelNeedsItsHead() throws IOException {
    Path model = RandomCheckpoint.tiny().tied(true).write(folder.resolve("m"), 1);
    edit(model.resolve("config.json"), "\"tie_word_embeddings\": true", "\"x\": true");
    refused(model).hasMessage(model + ": missing tensors: lm_head.weight");
  }

  @Test
  void shapesMustFollowFromTheConfiguration() throws IOException {
    Path model = tiny();
    edit(model.resolve("config.json"), "\"vocab_size\": 97", "\"vocab_size\": 98");
    refused(model)
        .hasMessage(
            model.resolve("model.safetensors")
                + ": model.embed_tokens.weight.shape: [97, 64] (expected: [98, 64], by"
                + " config.json)");
  }

  @Test
  void aWeightOfAnIntegerFormatIsRefused() throws IOException {
    Path model = tiny();
    SafetensorsFile.write(
        model.resolve("model.safetensors"),
        "{\"model.embed_tokens.weight\":{\"dtype\":\"I8\",\"shape\":[97,64],\"data_offsets\":[0,6208]}}",
        new byte[6208]);
    refused(model)
        .hasMessageContaining("model.embed_tokens.weight.dtype: I8 (expected: BF16, F16 or F32)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "model.layers.0.self_attn.q_proj.bias",
        "model.layers.1.self_attn.q_norm.weight",
        "model.layers.2.input_layernorm.weight"
      })
  void aTensorThatWouldBeIgnoredIsRefused(String name) throws IOException {
    Path model = withExtraShard(name);
    refused(model).hasMessageContaining(name + ": unexpected tensor");
  }

  @Test
  void storedRotaryFrequenciesAreIgnored() throws IOException {
    Checkpoint.open(withExtraShard("model.layers.0.self_attn.rotary_emb.inv_freq")).close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../secret.safetensors",
        "/etc/passwd",
        "a/b.safetensors",
        "..",
        "..\\\\x.safetensors",
        ".hidden.safetensors",
        "weights.bin",
        "\\u0000.safetensors",
        ""
      })
  void anIndexMayNotLeaveItsFolder(String shard) throws IOException {
    Path model = tiny();
    Files.delete(model.resolve("model.safetensors"));
    Files.writeString(
        model.resolve(INDEX), "{\"weight_map\":{\"model.norm.weight\":\"" + shard + "\"}}");
    refused(model)
        .hasMessageContaining("weight_map.model.norm.weight: ")
        .hasMessageContaining("(expected: the plain name of a .safetensors file in this folder)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "{}",
        "{\"weight_map\":{}}",
        "{\"weight_map\":[]}",
        "{\"weight_map\":{\"a\":1}}",
        "{\"weight_map\":{\"a\":{}}}",
        "{\"weight_map\":{\"a\":\"b.safetensors\",\"a\":\"c.safetensors\"}}",
        "{\"weight_map\":{\"a\":\"b.safetensors\"}} x",
        "{\"weight_map\":{\"a\":\"absent.safetensors\"}}"
      })
  void refusesMalformedIndexes(String json) throws IOException {
    Path model = tiny();
    Files.delete(model.resolve("model.safetensors"));
    Files.writeString(model.resolve(INDEX), json);
    refused(model);
  }

  @Test
  void anIndexEntryMustBeInItsFile() throws IOException {
    Path model = RandomCheckpoint.tiny().stored(DType.F32, 2).write(folder.resolve("m"), 1);
    edit(
        model.resolve(INDEX),
        "\"model.norm.weight\":\"model-00002-of-00002.safetensors\"",
        "\"model.norm.weight\":\"model-00001-of-00002.safetensors\"");
    refused(model)
        .hasMessageContaining(
            "model-00001-of-00002.safetensors: model.norm.weight: missing tensor");
  }

  @Test
  void aFolderWithoutAModelSaysWhatIsExpected() throws IOException {
    refused(folder.resolve("none"))
        .hasMessageContaining("no folder (expected: one with config.json and model.safetensors)");
    Path model = tiny();
    Files.delete(model.resolve("model.safetensors"));
    refused(model)
        .hasMessage(
            model + ": no weights (expected: model.safetensors or model.safetensors.index.json)");
  }

  /** Bytes flipped, cut out, put in and repeated, in every file that is parsed. */
  @Test
  void damageGivesAModelFileExceptionOrAModel() throws IOException {
    RandomCheckpoint shape = RandomCheckpoint.tiny().vocabulary(5).size(1, 8, 4).heads(2, 1, 4);
    Path one =
        shape.rope(32, 1e4, new RopeScaling.Llama3(8, 1, 4, 16)).write(folder.resolve("1"), 3);
    Files.writeString(
        one.resolve("generation_config.json"), "{\"eos_token_id\":[1,2],\"temperature\":0.3}");
    Path two = shape.stored(DType.BF16, 2).write(folder.resolve("2"), 3);
    List<Path> targets =
        List.of(
            one.resolve("config.json"),
            one.resolve("generation_config.json"),
            one.resolve("model.safetensors"),
            two.resolve(INDEX),
            two.resolve("model-00001-of-00002.safetensors"));
    for (Path target : targets) {
      Path model = target.startsWith(one) ? one : two;
      byte[] sound = Files.readAllBytes(target);
      int parsed = target.toString().endsWith("json") ? sound.length : headerEnd(sound);
      Seeds.forRandom(
          TestSize.tries(400, 10_000),
          random -> {
            Files.write(target, damage(sound, parsed, random));
            openAndRead(model);
          });
      Files.write(target, sound);
      Checkpoint.open(model).close();
    }
  }

  private static void openAndRead(Path model) {
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      checkpoint.config().ropeInverseFrequencies();
      for (String name : checkpoint.names()) {
        checkpoint.tensor(name).toFloats();
      }
    } catch (ModelFileException e) {
      assertThat(e.getMessage()).contains(model.toString()).hasSizeLessThan(2000);
    }
  }

  private static int headerEnd(byte[] safetensors) {
    return 8 + (safetensors[0] & 0xFF | (safetensors[1] & 0xFF) << 8);
  }

  /** One to four edits among the first {@code parsed} bytes. */
  private static byte[] damage(byte[] sound, int parsed, RandomGenerator random) {
    byte[] bytes = sound;
    for (int edits = random.nextInt(1, 5); edits > 0; edits--) {
      int at = random.nextInt(Math.min(parsed, bytes.length));
      int length = Math.min(random.nextInt(1, 20), bytes.length - at);
      byte[] next =
          switch (random.nextInt(6)) {
            case 0 -> splice(bytes, at, at + length, new byte[0]);
            case 1 -> splice(bytes, at, at, Arrays.copyOfRange(bytes, at, at + length));
            case 2 -> splice(bytes, at, at + 1, new byte[] {(byte) random.nextInt(256)});
            case 3 -> splice(bytes, at, at + 1, oneOf("{}[]\",:0-9.eE\\ ", random));
            case 4 -> splice(bytes, at, at + 1, HUGE);
            default ->
                splice(bytes, at, at + 1, new byte[] {(byte) (bytes[at] ^ 1 << random.nextInt(8))});
          };
      bytes = next.length == 0 ? sound : next;
    }
    return random.nextInt(10) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
  }

  private static byte[] oneOf(String choices, RandomGenerator random) {
    return new byte[] {(byte) choices.charAt(random.nextInt(choices.length()))};
  }

  private static byte[] splice(byte[] bytes, int from, int to, byte[] middle) {
    byte[] result = new byte[bytes.length - (to - from) + middle.length];
    System.arraycopy(bytes, 0, result, 0, from);
    System.arraycopy(middle, 0, result, from, middle.length);
    System.arraycopy(bytes, to, result, from + middle.length, bytes.length - to);
    return result;
  }

  private Path tiny() throws IOException {
    return RandomCheckpoint.tiny().write(folder.resolve("m"), 1);
  }

  /** The tiny model with one more tensor, in a shard of its own. */
  private Path withExtraShard(String name) throws IOException {
    Path model = RandomCheckpoint.tiny().stored(DType.F32, 2).write(folder.resolve("m"), 1);
    new SafetensorsFile()
        .add(name, DType.F32, new long[] {64}, new float[64])
        .write(model.resolve("extra.safetensors"));
    edit(
        model.resolve(INDEX),
        "\"weight_map\":{",
        "\"weight_map\":{\"" + name + "\":\"extra.safetensors\",");
    return model;
  }

  private static void edit(Path file, String from, String to) throws IOException {
    String text = Files.readString(file);
    assertThat(text).contains(from);
    Files.writeString(file, text.replace(from, to));
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> refused(Path model) {
    return assertThatThrownBy(() -> Checkpoint.open(model)).isInstanceOf(ModelFileException.class);
  }
}
