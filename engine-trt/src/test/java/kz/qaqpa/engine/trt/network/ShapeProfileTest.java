package kz.qaqpa.engine.trt.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import kz.qaqpa.engine.trt.graph.Dim;
import kz.qaqpa.engine.trt.graph.ElementType;
import kz.qaqpa.engine.trt.graph.Tensor;
import org.junit.jupiter.api.Test;

class ShapeProfileTest {
  private static final Tensor ANY =
      new Tensor(
          "any",
          ElementType.INT32,
          List.of(Dim.Symbol.TOKENS, Dim.Symbol.ROWS, Dim.Symbol.ROW_BOUNDS, Dim.of(7)));

  @Test
  void decodeHasAsManyTokensAsRows() {
    ShapeProfile decode = ShapeProfile.decode(16, 128);
    assertThat(decode.min(ANY)).containsExactly(1, 1, 2, 7);
    assertThat(decode.typical(ANY)).containsExactly(16, 16, 17, 7);
    assertThat(decode.max(ANY)).containsExactly(128, 128, 129, 7);
  }

  @Test
  void mixedHasMore() {
    ShapeProfile mixed = ShapeProfile.mixed(512, 2048, 128);
    assertThat(mixed.min(ANY)).containsExactly(1, 1, 2, 7);
    assertThat(mixed.typical(ANY)).containsExactly(512, 128, 129, 7);
    assertThat(mixed.max(ANY)).containsExactly(2048, 128, 129, 7);
  }

  @Test
  void rangesAreInOrder() {
    assertThatThrownBy(() -> ShapeProfile.decode(129, 128))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("range: 1, 129, 128 (expected: 1 <= min <= typical <= max)");
  }
}
