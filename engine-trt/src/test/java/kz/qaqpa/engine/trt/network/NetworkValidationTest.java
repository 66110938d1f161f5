package kz.qaqpa.engine.trt.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import kz.qaqpa.engine.model.LlamaConfig;
import kz.qaqpa.engine.trt.fixture.Models;
import kz.qaqpa.engine.trt.graph.Graph;
import kz.qaqpa.engine.trt.graph.LlamaGraph;
import kz.qaqpa.engine.trt.graph.LlamaGraph.Form;
import kz.qaqpa.engine.trt.graph.Precision;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whole networks of real models, each layer and then all of it judged by TensorRT itself, without a
 * GPU and without the weights. Necessary, not sufficient: whether there are kernels shows in a
 * build only.
 */
@Tag("tensorrt")
class NetworkValidationTest {
  private static final int CAPACITY = 8193;
  private static final ShapeProfile DECODE = ShapeProfile.decode(64, 128);
  private static final ShapeProfile MIXED = ShapeProfile.mixed(512, 2048, 128);

  private CpuOnlyBuilder builder;

  @BeforeEach
  void open() {
    builder = new CpuOnlyBuilder();
  }

  @AfterEach
  void close() {
    builder.close();
  }

  static Stream<Arguments> networks() {
    Map<String, LlamaConfig> models =
        Map.of(
            "kaz-mini", Models.kazMini(),
            "1B", Models.llama1b(),
            "8B", Models.llama8b(),
            "8B of 159766 ids", Models.sherkala8b(),
            "70B", Models.llama70b());
    return models.entrySet().stream()
        .flatMap(model ->
            Stream.of(Precision.values())
                .flatMap(precision ->
                    Stream.of(Form.values())
                        .map(
                            form -> arguments(model.getKey(), model.getValue(), precision, form))));
  }

  @ParameterizedTest(name = "{0} {2} {3}")
  @MethodSource("networks")
  void isSound(String name, LlamaConfig config, Precision precision, Form form) {
    Graph graph = LlamaGraph.build(config, precision, form, CAPACITY);
    try (TensorRtNetwork network = builder.write(graph)) {
      assertThat(builder.judge(network, profiles(form))).as(name).isEmpty();
      assertThat(network.definition().getNbInputs())
          .isEqualTo(graph.inputs().size() + graph.weights().size());
      assertThat(network.definition().getNbOutputs()).isEqualTo(graph.outputs().size());
    }
  }

  private static ShapeProfile[] profiles(Form form) {
    return switch (form) {
      case RAGGED -> new ShapeProfile[] {DECODE, MIXED};
      case DECODE -> new ShapeProfile[] {DECODE};
    };
  }

  /** The other placement: all constants of a model point into one empty file. */
  @ParameterizedTest
  @EnumSource(Precision.class)
  void isSoundWithWeightsInside(Precision precision, @TempDir Path folder) throws IOException {
    for (LlamaConfig config : List.of(Models.kazMini(), Models.llama8b(), Models.llama70b())) {
      Graph graph = LlamaGraph.build(config, precision, Form.RAGGED, CAPACITY);
      try (Arena arena = Arena.ofShared()) {
        MemorySegment zeros = zeros(graph, folder, arena);
        WeightPlacement.Constants constants =
            new WeightPlacement.Constants(weight -> zeros.asSlice(0, weight.tensor().bytes()));
        try (TensorRtNetwork network = builder.write(graph, constants)) {
          assertThat(builder.judge(network, DECODE, MIXED)).as("%s", config).isEmpty();
          assertThat(network.definition().getNbInputs()).isEqualTo(graph.inputs().size());
        }
      }
    }
  }

  /** As long as the longest weight, and of no size on disk. */
  private static MemorySegment zeros(Graph graph, Path folder, Arena arena) throws IOException {
    long bytes = graph.weights().stream().mapToLong(w -> w.tensor().bytes()).max().orElseThrow();
    try (RandomAccessFile file = new RandomAccessFile(folder.resolve("zeros").toFile(), "rw")) {
      file.setLength(bytes);
      return file.getChannel().map(FileChannel.MapMode.READ_ONLY, 0, bytes, arena);
    }
  }

  @Test
  void constantsMustBeAsLongAsTheirWeights() {
    Graph graph = LlamaGraph.build(Models.kazMini(), Precision.BF16, Form.DECODE, 8);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment word = arena.allocate(4);
      assertThatThrownBy(() -> builder.write(graph, new WeightPlacement.Constants(w -> word)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("cos: 4 bytes (expected: 1024 for cos F32[8,32])");
    }
  }

  @Test
  void aClosedNetworkIsClosed() {
    Graph graph = LlamaGraph.build(Models.kazMini(), Precision.BF16, Form.DECODE, 8);
    TensorRtNetwork network = builder.write(graph);
    network.close();
    network.close();
    assertThatThrownBy(network::definition)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("network: closed (expected: open)");
  }

  /** An 8B network that is not freed leaves 3.5 MB behind. */
  @Test
  void closingFreesWhatTensorRtKeeps() throws IOException {
    Graph graph = LlamaGraph.build(Models.llama8b(), Precision.BF16, Form.RAGGED, CAPACITY);
    writeAndClose(graph, 10);
    long before = residentKib();
    writeAndClose(graph, 40);
    assertThat(residentKib() - before).isLessThan(70 * 1024);
  }

  private void writeAndClose(Graph graph, int times) {
    for (int i = 0; i < times; i++) {
      builder.write(graph).close();
    }
  }

  private static long residentKib() throws IOException {
    List<String> lines = Files.readAllLines(Path.of("/proc/self/status"));
    return lines.stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElseThrow();
  }
}
