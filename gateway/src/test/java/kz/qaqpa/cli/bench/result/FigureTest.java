package kz.qaqpa.cli.bench.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import kz.qaqpa.cli.bench.result.Figure.Better;
import org.junit.jupiter.api.Test;

class FigureTest {
  @Test
  void rounds_haveAMedianAndASpread() {
    assertThat(Figure.of("a.b", "ms", Better.LOWER, 5, 1, 3))
        .isEqualTo(new Figure("a.b", "ms", Better.LOWER, 3, 1, 5, 3));
    assertThat(Figure.of("a.b", "ms", Better.LOWER, 4, 1, 2, 3).median()).isEqualTo(2.5);
    assertThat(Figure.of("a.b", Figure.RATIO, Better.HIGHER, 4).isRatio()).isTrue();
    assertThat(Figure.of("a.b", "ms", Better.LOWER, 4).isRatio()).isFalse();
  }

  @Test
  void whatIsNotFinite_wasNotMeasured() {
    assertThat(Figure.of("a", "ms", Better.LOWER, Double.NaN, 2, Double.POSITIVE_INFINITY))
        .isEqualTo(new Figure("a", "ms", Better.LOWER, 2, 2, 2, 1));
    Figure nothing = Figure.of("a", "ms", Better.LOWER, Double.NaN);
    assertThat(nothing.rounds()).isZero();
    assertThat(nothing.median()).isNaN();
  }

  @Test
  void nonsense_isRefused() {
    assertThatThrownBy(() -> new Figure("a", "ms", Better.LOWER, 1, 2, 3, 3))
        .hasMessageContaining("a: least 2.0, median 1.0, most 3.0 of 3 rounds (expected: ");
    assertThatThrownBy(() -> new Figure("a", "ms", Better.LOWER, 1, 1, 1, 0))
        .hasMessageContaining("of 0 rounds");
    assertThatThrownBy(() -> new Figure("a", "ms", Better.LOWER, 1, 1, 1, -1))
        .hasMessage("rounds: -1 (expected: 0 or more)");
    assertThatThrownBy(() -> Figure.of(" ", "ms", Better.LOWER, 1)).hasMessageContaining("name: ");
  }
}
