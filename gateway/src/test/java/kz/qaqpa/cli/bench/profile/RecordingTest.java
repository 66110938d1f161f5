package kz.qaqpa.cli.bench.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import kz.qaqpa.cli.process.Child;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process of its own is recorded, and what it does is found. */
class RecordingTest {
  private static final Duration ENOUGH = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @TempDir private Path folder;

  @Test
  void whatAProcessDoes_isTold() throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    Profiling profiling =
        Profiling.into(folder, new PrintStream(printed, true, StandardCharsets.UTF_8));
    try (Child child = Child.start("burner", folder, Map.of(), Burner.class.getName(), List.of())) {
      child.awaitLine("ready");
      assertThat(profiling.isOn()).isTrue();
      profiling.record(child, "burning", () -> awaitCpu(child));
    }
    String summary = printed.toString(StandardCharsets.UTF_8);
    assertThat(summary)
        .contains("profile of burning, ")
        .contains("hottest frames: Burner.burn ")
        .contains("long[] in Burner.allocate ")
        .contains("processor time by thread: burner ")
        .contains("flame graph: " + folder.resolve("burning.svg"));
    Path graph = folder.resolve("burning.svg");
    DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(graph.toFile());
    assertThat(Files.readString(graph)).contains("<title>Burner.burn ", "<title>burner ");
    assertThat(folder.resolve("burning.jfr")).isNotEmptyFile();
  }

  @Test
  void aProcessThatIsGone_isTold() throws Exception {
    Child child = Child.start("burner", folder, Map.of(), Burner.class.getName(), List.of());
    child.awaitLine("ready");
    child.close();
    assertThatThrownBy(() -> Recording.start(child, folder, "gone"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("JFR.configure")
        .hasMessageContaining("by jcmd failed (expected: exit code 0)");
  }

  @Test
  void withoutTheSwitch_nothingIsRecorded() throws Exception {
    try (Child child = Child.start("burner", folder, Map.of(), Burner.class.getName(), List.of())) {
      assertThat(Profiling.OFF.record(child, "nothing", () -> 7)).isEqualTo(7);
    }
    assertThat(folder.resolve("nothing.jfr")).doesNotExist();
  }

  private static boolean awaitCpu(Child child) throws InterruptedException {
    Duration until = child.cpu().plus(ENOUGH);
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (child.cpu().compareTo(until) < 0 && System.nanoTime() - end < 0) {
      Thread.sleep(10);
    }
    return true;
  }
}
