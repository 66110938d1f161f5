package kz.qaqpa.engine.trt.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import kz.qaqpa.engine.trt.library.CudaDriver;
import kz.qaqpa.engine.trt.library.LibraryPath;
import kz.qaqpa.engine.trt.library.NvidiaProbe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The table where there is no GPU, and how it ends. */
class GpuCheckTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final CheckTable table =
      new CheckTable(new PrintStream(out, true, StandardCharsets.UTF_8));

  @Test
  void withoutAGpuEveryRowSaysWhyItWasNotRun(@TempDir Path root) throws IOException {
    LibraryPath nothing = LibraryPath.of(root, "", root.resolve("installed"));
    NvidiaProbe probe = new NvidiaProbe(root, nothing, CudaDriver::start);
    assertThat(GpuCheck.run(probe, root, root, false, table)).isEqualTo(3);
    List<String> rows = text();
    assertThat(rows)
        .hasSize(19)
        .allMatch(row ->
            row.endsWith("not run: this machine has no NVIDIA driver (/dev/nvidiactl is missing)"));
    String benchmarks =
        Files.readString(
            Path.of(System.getProperty("qaqpa.root", "..")).resolve("docs/benchmarks.md"));
    for (String row : rows) {
      assertThat(benchmarks).contains("| " + row.substring(0, row.indexOf('|')).strip() + " | ");
    }
  }

  @Test
  void endsByWhatItsRowsSay() {
    table.plan("a", "b");
    table.measured("a", "1");
    table.measured("b", "2");
    assertThat(table.status()).isZero();
    table.plan("c");
    table.notRun("no time");
    assertThat(table.status()).isEqualTo(3);
    table.plan("d");
    table.failed("d", "they differ");
    assertThat(table.status()).isEqualTo(1);
    assertThat(text().getLast()).endsWith("| FAILED: they differ");
  }

  private List<String> text() {
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
