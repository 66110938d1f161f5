package kz.qaqpa.engine.cpu.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import kz.qaqpa.engine.model.Checkpoint;
import kz.qaqpa.engine.model.LlamaConfig;
import kz.qaqpa.testing.RandomCheckpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayerRangeTest {
  @TempDir private Path folder;

  private LlamaConfig config(RandomCheckpoint shape) throws Exception {
    try (Checkpoint checkpoint = Checkpoint.open(shape.write(folder, 1))) {
      return checkpoint.config();
    }
  }

  @Test
  void everyLayerIsInOnePart() throws Exception {
    LlamaConfig config = config(RandomCheckpoint.tiny().size(7, 32, 32));
    for (int parts = 1; parts <= 7; parts++) {
      List<LayerRange> ranges = LayerRange.cut(config, parts);
      assertThat(ranges).hasSize(parts);
      int next = 0;
      for (LayerRange range : ranges) {
        assertThat(range.from()).isEqualTo(next);
        assertThat(range.to()).isGreaterThan(next);
        next = range.to();
      }
      assertThat(next).isEqualTo(7);
    }
  }

  /** A head as large as ten layers has the last of them only. */
  @Test
  void theHeadCountsWithTheLastPart() throws Exception {
    LlamaConfig config = config(RandomCheckpoint.tiny().vocabulary(4096).size(6, 32, 32));
    assertThat(LayerRange.cut(config, 2))
        .containsExactly(new LayerRange(0, 5), new LayerRange(5, 6));
  }

  @Test
  void aSmallModelIsOnePart() throws Exception {
    LlamaConfig config = config(RandomCheckpoint.tiny());
    for (Precision precision : Precision.values()) {
      assertThat(LayerRange.partsOf(config, precision)).isEqualTo(1);
    }
  }
}
