package kz.qaqpa.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The model of the project itself opens, with the sizes its card gives. */
class ShippedModelTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("qaqpa.root", "..")).resolve("config/models/kaz-mini");

  @Test
  void opensWithTheSizesOfItsCard() {
    try (Checkpoint checkpoint = Checkpoint.open(FOLDER)) {
      LlamaConfig config = checkpoint.config();
      assertThat(config.layers()).isEqualTo(6);
      assertThat(config.heads()).isEqualTo(4);
      assertThat(config.kvHeads()).isEqualTo(2);
      assertThat(config.headDim()).isEqualTo(64);
      assertThat(config.maxPositions()).isEqualTo(2048);
      assertThat(config.bosTokenId()).hasValue(8186);
      assertThat(config.eosTokenIds()).containsExactly(8187, 8190);
      assertThat(config.generation()).isEqualTo(new GenerationDefaults(0.3, 0.9, 0));
      assertThat(config.dtype()).isEqualTo(DType.BF16);
      assertThat(config.parameters()).isBetween(6_510_000L, 6_530_000L);
      long stored =
          checkpoint.names().stream().mapToLong(n -> checkpoint.tensor(n).elements()).sum();
      assertThat(stored).isEqualTo(config.parameters());
    }
  }

  @Test
  void readsRowsAsTheWholeTensorHasThem() {
    try (Checkpoint checkpoint = Checkpoint.open(FOLDER)) {
      TensorView down = checkpoint.tensor("model.layers.3.mlp.down_proj.weight");
      assertThat(down.rows()).isEqualTo(256);
      assertThat(down.cols()).isEqualTo(704);
      float[] all = down.toFloats();
      float[] row = new float[706];
      down.readRow(17, row, 1);
      for (int i = 0; i < 704; i++) {
        assertThat(row[i + 1]).isEqualTo(all[17 * 704 + i]);
      }
    }
  }

  @Test
  void aTiedHeadIsTheEmbedding() {
    try (Checkpoint checkpoint = Checkpoint.open(FOLDER)) {
      assertThat(checkpoint.tied()).isTrue();
      assertThat(checkpoint.tensor("lm_head.weight"))
          .isSameAs(checkpoint.tensor("model.embed_tokens.weight"));
      assertThatThrownBy(() -> checkpoint.tensor("model.layers.6.mlp.up_proj.weight"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("model.layers.6.mlp.up_proj.weight");
    }
  }

  @Test
  void viewsAreDeadOnceTheCheckpointIsClosed() {
    TensorView norm;
    try (Checkpoint checkpoint = Checkpoint.open(FOLDER)) {
      norm = checkpoint.tensor("model.norm.weight");
    }
    assertThatThrownBy(norm::toFloats).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void closingTwiceIsClosing() {
    Checkpoint checkpoint = Checkpoint.open(FOLDER);
    checkpoint.close();
    checkpoint.close();
  }
}
