package kz.qaqpa.engine.trt.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import kz.qaqpa.engine.EngineSettings;
import kz.qaqpa.engine.model.LlamaConfig;
import kz.qaqpa.engine.trt.device.Device;
import kz.qaqpa.engine.trt.fixture.Models;
import org.junit.jupiter.api.Test;

/** The table of sizes in docs/tensorrt.md is what the engine would choose. */
class SizingTableTest {
  private static final Path DOCS =
      Path.of(System.getProperty("qaqpa.root", "..")).resolve("docs/tensorrt.md");

  private static final Map<String, Integer> GIBIBYTES =
      Map.of("24 GB", 22, "48 GB", 44, "80 GB", 79, "H200", 139);

  @Test
  void agreesWithTheCode() throws IOException {
    List<String> expected = new ArrayList<>();
    for (String gpu : new String[] {"24 GB", "48 GB", "80 GB", "H200"}) {
      row(expected, "Llama 3.2 1B", Models.llama1b(), "bf16", gpu);
      row(expected, "KazLLM 8B", Models.llama8b(), "bf16", gpu);
      row(expected, "KazLLM 8B", Models.llama8b(), "fp8", gpu);
      row(expected, "Sherkala 8B", Models.sherkala8b(), "bf16", gpu);
      row(expected, "KazLLM 70B", Models.llama70b(), "fp8", gpu);
    }
    List<String> table =
        Files.readAllLines(DOCS).stream()
            .dropWhile(line -> !line.startsWith("| GPU | model |"))
            .takeWhile(line -> line.startsWith("|"))
            .skip(2)
            .toList();
    assertThat(table).isEqualTo(expected);
  }

  private static void row(
      List<String> rows, String model, LlamaConfig config, String precision, String gpu) {
    long bytes = (long) GIBIBYTES.getOrDefault(gpu, 0) << 30;
    Device.Memory memory = new Device.Memory(bytes, bytes);
    EngineSettings settings = new EngineSettings(precision, 0, 0, 0, Path.of("unused"));
    String chosen;
    try {
      Sizing sizing = Sizing.of(settings, config, memory, Sizing.MOST_CHOSEN);
      MemoryBudget budget = sizing.budget();
      chosen =
          String.format(
              Locale.ROOT,
              "%d of %d | %.1f | %.1f | %d | %.1f",
              sizing.slots(),
              sizing.slotLength(),
              gib(budget.weights()),
              gib(budget.scratch() + budget.buffers()),
              MemoryBudget.mebibytes(budget.slot()),
              gib(budget.total(sizing.slots())));
    } catch (IllegalArgumentException e) {
      chosen = "does not fit | | | |";
    }
    rows.add("| " + gpu + " | " + model + " | " + precision + " | " + chosen + " |");
  }

  private static double gib(long bytes) {
    return bytes / (double) (1L << 30);
  }
}
