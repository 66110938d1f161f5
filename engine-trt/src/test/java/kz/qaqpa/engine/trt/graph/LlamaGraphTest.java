package kz.qaqpa.engine.trt.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import kz.qaqpa.engine.model.Checkpoint;
import kz.qaqpa.engine.trt.fixture.Models;
import kz.qaqpa.engine.trt.graph.LlamaGraph.Form;
import kz.qaqpa.testing.RandomCheckpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The graph's face: what a runtime binds, and what becomes of a checkpoint's tensors. */
class LlamaGraphTest {
  @Test
  void aRaggedStep() {
    Graph graph = LlamaGraph.build(Models.llama8b(), Precision.BF16, Form.RAGGED, 8193);
    assertThat(graph.inputs().subList(0, 8))
        .extracting(Tensor::toString)
        .containsExactly(
            "ids INT32[T]",
            "pos INT64[T,1]",
            "q_lens INT32[B+1]",
            "kv_lens INT32[B]",
            "write INT32[B]",
            "last INT32[B]",
            "kc.0 BF16[B,8,8193,128]",
            "vc.0 BF16[B,8,8193,128]");
    assertThat(graph.inputs()).hasSize(6 + 2 * 32);
    assertThat(graph.outputs().subList(0, 5))
        .extracting(Tensor::toString)
        .containsExactly(
            "logits F32[B,128256]",
            "top_logits F32[B,64]",
            "top_ids INT32[B,64]",
            "logsumexp F32[B,1]",
            "kc.0.out BF16[B,8,8193,128]");
    assertThat(graph.outputs()).hasSize(4 + 2 * 32);
    assertThat(graph.cacheUpdates()).hasSize(2 * 32);
    assertThat(graph.output("vc.31.out").dims()).isEqualTo(graph.input("vc.31").dims());
  }

  @Test
  void aDecodeStepHasNeitherBoundsNorChoice() {
    Graph graph = LlamaGraph.build(Models.kazMini(), Precision.F32, Form.DECODE, 100);
    assertThat(graph.inputs().subList(0, 5))
        .extracting(Tensor::toString)
        .containsExactly(
            "ids INT32[B]",
            "pos INT64[B,1]",
            "kv_lens INT32[B]",
            "write INT32[B]",
            "kc.0 F32[B,2,100,64]");
  }

  /** Weights once loaded serve both. */
  @ParameterizedTest
  @EnumSource(Precision.class)
  void bothFormsHaveTheSameWeights(Precision precision) {
    assertThat(LlamaGraph.build(Models.llama1b(), precision, Form.DECODE, 100).weights())
        .isEqualTo(LlamaGraph.build(Models.llama1b(), precision, Form.RAGGED, 100).weights());
  }

  @Test
  void projectionsOfEqualInputAreOneProduct() {
    Graph graph = LlamaGraph.build(Models.llama8b(), Precision.BF16, Form.RAGGED, 8193);
    assertThat(graph.weights().stream().map(Weight::tensor).map(Tensor::toString))
        .contains(
            "embed.weight BF16[128256,4096]",
            "head.weight BF16[128256,4096]",
            "l0.qkv.weight BF16[6144,4096]",
            "l0.o.weight BF16[4096,4096]",
            "l0.gate_up.weight BF16[28672,4096]",
            "l0.down.weight BF16[4096,14336]",
            "cos F32[8193,64]");
    long products = graph.nodes().stream().filter(Node.MatMul.class::isInstance).count();
    assertThat(products).isEqualTo(4 * 32 + 1);
  }

  @Test
  void fp8HasCodesInTheLayersAndBf16InTheHead() {
    Graph graph = LlamaGraph.build(Models.llama8b(), Precision.FP8, Form.RAGGED, 8193);
    assertThat(graph.weights().stream().map(Weight::tensor).map(Tensor::toString))
        .contains(
            "head.weight BF16[128256,4096]",
            "l31.down.codes FP8_E4M3[4096,14336]",
            "l31.down.scales F32[1,4096]");
    assertThat(graph.inputs()).extracting(Tensor::type).doesNotContain(ElementType.FP8_E4M3);
  }

  /** None forgotten, none twice; a tied head is the embedding. */
  @ParameterizedTest
  @EnumSource(Precision.class)
  void everyTensorOfTheCheckpointIsUsedOnce(Precision precision, @TempDir Path folder)
      throws IOException {
    for (boolean tied : new boolean[] {false, true}) {
      Path model = RandomCheckpoint.tiny().tied(tied).write(folder.resolve("" + tied), 1);
      try (Checkpoint checkpoint = Checkpoint.open(model)) {
        Graph graph = LlamaGraph.build(checkpoint.config(), precision, Form.RAGGED, 10);
        assertThat(graph.weights().stream().flatMap(LlamaGraphTest::tensors))
            .containsExactlyInAnyOrderElementsOf(checkpoint.names());
      }
    }
  }

  private static Stream<String> tensors(Weight weight) {
    List<String> names =
        switch (weight.source()) {
          case WeightSource.Rows rows -> rows.names();
          case WeightSource.Codes codes -> codes.names();
          case WeightSource.Scales _,
              WeightSource.Cosines _,
              WeightSource.Sines _,
              WeightSource.IdRanks _ ->
              List.of();
        };
    return names.stream();
  }

  @Test
  void aSmallVocabularyIsAllCandidates(@TempDir Path folder) throws IOException {
    Path model = RandomCheckpoint.tiny().vocabulary(40).write(folder, 1);
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      Graph graph = LlamaGraph.build(checkpoint.config(), Precision.BF16, Form.RAGGED, 10);
      assertThat(graph.output(LlamaGraph.TOP_IDS)).hasToString("top_ids INT32[B,40]");
    }
  }
}
