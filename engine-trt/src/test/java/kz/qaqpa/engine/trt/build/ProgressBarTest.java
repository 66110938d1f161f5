package kz.qaqpa.engine.trt.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is shown of phases that come as TensorRT's do. */
class ProgressBarTest {
  private final List<String> shown = new ArrayList<>();

  private ProgressBar bar(int everyPercent) {
    return new ProgressBar("building x", new BuildProgress(_ -> {}, shown::add, everyPercent));
  }

  @Test
  void phasesInsidePhasesAreOneBarThatNeverGoesBack() {
    ProgressBar bar = bar(1);
    bar.started("Building", "", 4);
    bar.stepped("Building", 0);
    assertThat(bar.part()).isEqualTo(0.25);
    bar.started("Tactics", "Building", 10);
    bar.stepped("Tactics", 4);
    assertThat(bar.part()).isEqualTo(0.375);
    bar.started("Unknown", "Gone", 2);
    bar.stepped("Unknown", 0);
    bar.finished("Unknown");
    double before = bar.part();
    bar.finished("Tactics");
    bar.stepped("Never started", 3);
    bar.finished("Never started");
    assertThat(bar.part()).isGreaterThanOrEqualTo(before);
    bar.stepped("Building", 1);
    bar.stepped("Building", 3);
    bar.finished("Building");
    assertThat(bar.part()).isEqualTo(1);
    assertThat(shown.getFirst())
        .isEqualTo("building x [..............................]   0 % Building");
    assertThat(shown.getLast())
        .isEqualTo("building x [##############################] 100 % Building");
    assertThat(shown).doesNotHaveDuplicates();
  }

  @Test
  void phasesWithoutStepsAndTooManyStepsDoNoHarm() {
    ProgressBar bar = bar(1);
    bar.started("Empty", "", 0);
    bar.stepped("Empty", 7);
    assertThat(bar.part()).isEqualTo(1);
    assertThat(bar.stepped("Empty", 8)).isTrue();
  }

  @Test
  void anInterruptCancels() {
    ProgressBar bar = bar(1);
    bar.started("Building", "", 3);
    Thread.currentThread().interrupt();
    assertThat(bar.stepped("Building", 0)).isFalse();
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void linesComeEveryTenPercentOnly() {
    ProgressBar bar = bar(10);
    bar.started("Building", "", 100);
    for (int step = 0; step < 100; step++) {
      bar.stepped("Building", step);
    }
    assertThat(shown).hasSize(11);
  }

  @Test
  void aTerminalsBarStaysInItsLine() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    BuildProgress terminal =
        BuildProgress.terminal(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    terminal.bar().accept("half");
    terminal.lines().accept("a line");
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .isEqualTo("\rhalf\u001b[K\ra line\u001b[K" + System.lineSeparator());
  }

  @Test
  void aMissingBuilderResourceGetsTheNameThatIsAskedFor(@TempDir Path folder) throws Exception {
    Path forAll = Files.createFile(folder.resolve("libnvinfer_builder_resource_ptx.so.11.2.1"));
    Path aliases = folder.resolve("aliases");
    List<String> lines = new ArrayList<>();
    BuilderResource resource = new BuilderResource(List.of(forAll), aliases, lines::add);
    String error =
        "Unable to load library: libnvinfer_builder_resource_sm90.so.11.2.1: cannot open";
    assertThat(resource.alias("something else")).isEmpty();
    Optional<Path> alias = resource.alias(error);
    assertThat(alias).hasValue(aliases.resolve("libnvinfer_builder_resource_sm90.so.11.2.1"));
    assertThat(alias.get()).isSymbolicLink();
    assertThat(alias.get().toRealPath()).isEqualTo(forAll.toRealPath());
    assertThat(resource.alias(error)).isEmpty(); // It was no help the first time.
    assertThat(new BuilderResource(List.of(), folder, lines::add).alias(error)).isEmpty();
  }
}
