package kz.qaqpa.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import kz.qaqpa.testing.RandomCheckpoint;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What changes a model's digest, what does not, and what the cache may remember. */
class ModelDigestTest {
  private static final Path SHIPPED =
      Path.of(System.getProperty("qaqpa.root", "..")).resolve("config/models/kaz-mini");

  @TempDir Path temp;
  private Path model;
  private Path cache;

  @BeforeEach
  void writeModel() throws IOException {
    model = RandomCheckpoint.tiny().write(temp.resolve("model"), 1);
    cache = temp.resolve("deep/cache");
    Files.writeString(model.resolve("tokenizer.json"), "{}");
  }

  /** {@code LC_ALL=C; sha256sum *.json *.safetensors | sort -k 2 | sha256sum}. */
  @Test
  void isWhatCoreutilsGive() throws IOException {
    Path small = Files.createDirectory(temp.resolve("small"));
    Files.writeString(small.resolve("b.json"), "b\n");
    Files.writeString(small.resolve("a.safetensors"), "a\n");
    assertThat(ModelDigest.of(small))
        .isEqualTo("sha256:8f23698a0a6bee43c462c90571caa017958864b35313801446bf1f22bc7e0f4d");
  }

  @Test
  void countsContentsAndNamesOfModelFilesOnly() throws IOException {
    String before = ModelDigest.of(model);
    Files.writeString(model.resolve("README.md"), "a card");
    Files.writeString(model.resolve("LICENSE"), "a licence");
    Files.createDirectory(model.resolve("folder.json"));
    assertThat(ModelDigest.of(model)).isEqualTo(before);

    Files.move(model.resolve("tokenizer.json"), model.resolve("tokenizer_config.json"));
    assertThat(ModelDigest.of(model)).isNotEqualTo(before);
    Files.move(model.resolve("tokenizer_config.json"), model.resolve("tokenizer.json"));
    assertThat(ModelDigest.of(model)).isEqualTo(before);

    Files.writeString(model.resolve("tokenizer.json"), "{ }");
    assertThat(ModelDigest.of(model)).isNotEqualTo(before);
  }

  @Test
  void theCacheGivesTheSameDigest() throws IOException {
    String plain = ModelDigest.of(SHIPPED);
    assertThat(ModelDigest.of(SHIPPED, cache)).isEqualTo(plain);
    assertThat(ModelDigest.of(SHIPPED, cache)).isEqualTo(plain);
  }

  @Test
  void aCachedHashIsTakenWithoutReading() throws IOException {
    ModelDigest.of(SHIPPED, cache);
    List<Path> remembered = remembered();
    assertThat(remembered).hasSize(5);
    Files.writeString(remembered.getFirst(), "0".repeat(64));
    assertThat(ModelDigest.of(SHIPPED, cache)).isNotEqualTo(ModelDigest.of(SHIPPED));
    Files.writeString(remembered.getFirst(), "damaged");
    assertThat(ModelDigest.of(SHIPPED, cache)).isEqualTo(ModelDigest.of(SHIPPED));
  }

  /** The files were written a moment ago: another write might leave the same times. */
  @Test
  void freshFilesAreNotRemembered() throws IOException {
    ModelDigest.of(model, cache);
    assertThat(remembered()).isEmpty();
  }

  /** Content changed, size kept and modification time set back: the change time tells. */
  @Test
  void aForgedModificationTimeDoesNotHelp() throws IOException {
    Path tokenizer = model.resolve("tokenizer.json");
    FileTime longAgo = FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));
    Files.setLastModifiedTime(tokenizer, longAgo);
    ModelDigest.of(model, cache);
    Files.writeString(tokenizer, "[]");
    Files.setLastModifiedTime(tokenizer, longAgo);
    assertThat(ModelDigest.of(model, cache)).isEqualTo(ModelDigest.of(model));
  }

  @Test
  void aCacheThatCannotBeWrittenOnlyCostsTime() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "not a folder");
    assertThat(ModelDigest.of(SHIPPED, file.resolve("cache"))).isEqualTo(ModelDigest.of(SHIPPED));
  }

  @Test
  void aFolderWithoutModelFilesIsAnError() throws IOException {
    Path empty = Files.createDirectory(temp.resolve("empty"));
    assertThatThrownBy(() -> ModelDigest.of(empty))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("no model files");
    assertThatThrownBy(() -> ModelDigest.of(temp.resolve("none")))
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("cannot be listed");
  }

  private List<Path> remembered() throws IOException {
    if (!Files.isDirectory(cache)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(cache)) {
      return files.sorted().toList();
    }
  }
}
