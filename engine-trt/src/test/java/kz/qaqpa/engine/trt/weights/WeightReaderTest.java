package kz.qaqpa.engine.trt.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
import kz.qaqpa.engine.trt.graph.ElementType;
import kz.qaqpa.engine.trt.graph.Graph;
import kz.qaqpa.engine.trt.graph.LlamaGraph;
import kz.qaqpa.engine.trt.graph.LlamaGraph.Form;
import kz.qaqpa.engine.trt.graph.Precision;
import kz.qaqpa.engine.trt.graph.Tensor;
import kz.qaqpa.engine.trt.graph.Weight;
import kz.qaqpa.engine.trt.graph.WeightSource;
import kz.qaqpa.engine.trt.interpret.WeightValues;
import kz.qaqpa.testing.RandomCheckpoint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class WeightReaderTest {
  private static final String DOWN = "model.layers.0.mlp.down_proj.weight";

  private static final List<String> GATE_UP =
      List.of("model.layers.1.mlp.gate_proj.weight", "model.layers.1.mlp.up_proj.weight");

  private final Arena arena = Arena.ofShared();

  @TempDir Path folder;

  @AfterEach
  void close() {
    arena.close();
  }

  /** Every format of files into every format of networks, from one file and from three. */
  @ParameterizedTest
  @CsvSource({
    "F32, F32, 1",
    "F32, BF16, 3",
    "F32, F16, 1",
    "F16, F32, 3",
    "F16, BF16, 1",
    "F16, F16, 3",
    "BF16, F32, 1",
    "BF16, BF16, 3",
    "BF16, F16, 1"
  })
  void convertsAndStacksRows(DType stored, ElementType wanted, int shards) throws IOException {
    RandomCheckpoint shape = RandomCheckpoint.tiny().stored(stored, shards);
    try (Checkpoint checkpoint = Checkpoint.open(shape.write(folder, 7))) {
      Weight weight = weight(wanted, new WeightSource.Rows(GATE_UP), 192, 64);
      float[] read = floats(weight, all(checkpoint, weight));
      float[] expected = stacked(checkpoint);
      for (int i = 0; i < expected.length; i++) {
        assertThat(read[i]).isEqualTo(rounded(expected[i], wanted));
      }
    }
  }

  private static float rounded(float value, ElementType type) {
    return switch (type) {
      case F32 -> value;
      case F16 -> Float.float16ToFloat(Float.floatToFloat16(value));
      case BF16 -> NumberFormats.ofBf16(NumberFormats.toBf16(value));
      case FP8_E4M3, INT32, INT64 -> throw new IllegalArgumentException(type + "");
    };
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void quantisesEachRowByItsLargest(DType stored) throws IOException {
    RandomCheckpoint shape = RandomCheckpoint.tiny().stored(stored, 2);
    try (Checkpoint checkpoint = Checkpoint.open(shape.write(folder, 8))) {
      Weight codes = weight(ElementType.FP8_E4M3, new WeightSource.Codes(GATE_UP), 192, 64);
      Weight scales = weight(ElementType.F32, new WeightSource.Scales(GATE_UP), 1, 192);
      float[] code = floats(codes, all(checkpoint, codes));
      float[] scale = floats(scales, all(checkpoint, scales));
      float[] expected = stacked(checkpoint);
      for (int row = 0; row < 192; row++) {
        float largest = 0;
        for (int i = row * 64; i < (row + 1) * 64; i++) {
          largest = Math.max(largest, Math.abs(expected[i]));
          // Half a step: a sixteenth of the value, or of the smallest normal.
          double step = Math.max(Math.abs(expected[i]), scale[row] * 0x1p-6) / 16;
          assertThat((double) code[i] * scale[row])
              .isCloseTo(expected[i], within(step * (1 + 1e-6)));
        }
        assertThat(scale[row]).isEqualTo(largest / 448);
      }
    }
  }

  @Test
  void aRowOfZerosHasTheScaleOne() throws IOException {
    withMatrix(
        new float[] {0, 0, 0, 1},
        checkpoint -> {
          Weight scales = weight(ElementType.F32, new WeightSource.Scales(List.of(DOWN)), 1, 2);
          assertThat(floats(scales, all(checkpoint, scales))).containsExactly(1, 1 / 448f);
        });
  }

  @ParameterizedTest
  @CsvSource({"NaN", "Infinity"})
  void whatIsNotFiniteCannotBeQuantised(float value) throws IOException {
    withMatrix(
        new float[] {0, 1, 2, value},
        checkpoint -> {
          Weight codes = weight(ElementType.FP8_E4M3, new WeightSource.Codes(List.of(DOWN)), 2, 2);
          assertThatThrownBy(() -> all(checkpoint, codes))
              .isInstanceOf(IllegalArgumentException.class)
              .hasMessageContaining(DOWN + ": row 1 has NaN or infinite elements");
        });
  }

  @FunctionalInterface
  private interface Check {
    void accept(Checkpoint checkpoint);
  }

  /** A model of hidden and intermediate size 2 whose down projection has these elements. */
  private void withMatrix(float[] down, Check check) throws IOException {
    RandomCheckpoint shape = RandomCheckpoint.tiny().size(1, 2, 2).heads(1, 1, 2);
    Path model = shape.write(folder, 1);
    overwrite(model.resolve("model.safetensors"), down);
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      check.accept(checkpoint);
    }
  }

  private static void overwrite(Path file, float[] down) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int header = Math.toIntExact(buffer.getLong(0));
    String json = new String(bytes, 8, header, StandardCharsets.UTF_8);
    String entry = json.substring(json.indexOf(DOWN));
    String offset = entry.replaceFirst("(?s).*?data_offsets\":\\[(\\d+).*", "$1");
    buffer.position(8 + header + Integer.parseInt(offset));
    buffer.asFloatBuffer().put(down);
    Files.write(file, bytes);
  }

  @Test
  void tablesAreCosinesAndSinesOfScaledAngles() throws IOException {
    RandomCheckpoint shape =
        RandomCheckpoint.tiny().rope(4096, 500_000, new RopeScaling.Llama3(8, 1, 4, 64));
    try (Checkpoint checkpoint = Checkpoint.open(shape.write(folder, 3))) {
      Weight cos = weight(ElementType.F32, new WeightSource.Cosines(), 4000, 8);
      Weight sin = weight(ElementType.F32, new WeightSource.Sines(), 4000, 8);
      float[] cosines = floats(cos, all(checkpoint, cos));
      float[] sines = floats(sin, all(checkpoint, sin));
      double[] frequencies = checkpoint.config().ropeInverseFrequencies();
      for (int position : new int[] {0, 1, 63, 2500, 3999}) {
        for (int i = 0; i < 8; i++) {
          double angle = position * frequencies[i];
          assertThat(cosines[position * 8 + i]).isEqualTo((float) Math.cos(angle));
          assertThat(sines[position * 8 + i]).isEqualTo((float) Math.sin(angle));
        }
      }
    }
  }

  @Test
  void ranksFallWithTheId() throws IOException {
    try (Checkpoint checkpoint = Checkpoint.open(RandomCheckpoint.tiny().write(folder, 3))) {
      Weight ranks = weight(ElementType.F32, new WeightSource.IdRanks(), 1, 5);
      assertThat(floats(ranks, all(checkpoint, ranks))).containsExactly(5, 4, 3, 2, 1);
    }
  }

  /** Parts of any size put together are the whole, for each weight of a graph. */
  @ParameterizedTest
  @EnumSource(Precision.class)
  void streamsInParts(Precision precision) throws IOException {
    RandomCheckpoint shape = RandomCheckpoint.tiny().stored(DType.BF16, 3);
    try (Checkpoint checkpoint = Checkpoint.open(shape.write(folder, 9))) {
      Graph graph = LlamaGraph.build(checkpoint.config(), precision, Form.RAGGED, 50);
      WeightReader reader = new WeightReader(checkpoint);
      for (Weight weight : graph.weights()) {
        long rows = Math.max(1, WeightReader.rows(weight) / 3);
        MemorySegment buffer = arena.allocate(rows * WeightReader.rowBytes(weight) + 1);
        MemorySegment whole = arena.allocate(weight.tensor().bytes());
        List<Long> offsets = new ArrayList<>();
        reader.stream(
            weight,
            buffer,
            (offset, part) -> {
              offsets.add(offset);
              MemorySegment.copy(part, 0, whole, offset, part.byteSize());
            });
        assertThat(whole.mismatch(all(checkpoint, weight))).as(weight.name()).isEqualTo(-1);
        assertThat(offsets).isSorted();
      }
    }
  }

  @Test
  void aBufferTakesAtLeastOneRow() throws IOException {
    try (Checkpoint checkpoint = Checkpoint.open(RandomCheckpoint.tiny().write(folder, 9))) {
      Weight weight = weight(ElementType.BF16, new WeightSource.Rows(GATE_UP), 192, 64);
      WeightReader reader = new WeightReader(checkpoint);
      assertThatThrownBy(() -> reader.stream(weight, arena.allocate(127), (at, part) -> {}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("buffer: 127 bytes (expected: 128 or more, one row of w BF16[192,64])");
      assertThatThrownBy(() -> reader.read(weight, 0, arena.allocate(130)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("into: 130 bytes (expected: a multiple of 128)");
      assertThatThrownBy(() -> reader.read(weight, 191, arena.allocate(256)))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void aTiedModelHasItsEmbeddingOnce() throws IOException {
    try (Checkpoint checkpoint =
        Checkpoint.open(RandomCheckpoint.tiny().tied(true).write(folder, 2))) {
      LlamaConfig config = checkpoint.config();
      Graph graph = LlamaGraph.build(config, Precision.F32, Form.RAGGED, 50);
      long tables = 2L * 50 * config.headDim() / 2 + config.vocabulary();
      long elements = graph.weights().stream().mapToLong(w -> w.tensor().elements()).sum();
      assertThat(elements).isEqualTo(config.parameters() + tables);
    }
  }

  private MemorySegment all(Checkpoint checkpoint, Weight weight) {
    MemorySegment bytes = arena.allocate(weight.tensor().bytes(), ValueLayout.JAVA_LONG.byteSize());
    new WeightReader(checkpoint).read(weight, 0, bytes);
    return bytes;
  }

  private static float[] floats(Weight weight, MemorySegment bytes) {
    return WeightValues.decode(weight.tensor(), bytes).floats();
  }

  private static float[] stacked(Checkpoint checkpoint) {
    float[] all = new float[192 * 64];
    int at = 0;
    for (String name : GATE_UP) {
      TensorView tensor = checkpoint.tensor(name);
      tensor.readRows(0, tensor.rows(), all, at);
      at += Math.toIntExact(tensor.elements());
    }
    return all;
  }

  private static Weight weight(ElementType type, WeightSource source, long... sizes) {
    return new Weight(Tensor.of("w", type, sizes), source);
  }
}
