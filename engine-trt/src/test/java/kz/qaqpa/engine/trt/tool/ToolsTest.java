package kz.qaqpa.engine.trt.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import kz.qaqpa.engine.EngineSettings;
import kz.qaqpa.engine.EngineTool;
import kz.qaqpa.engine.trt.library.CudaDriver;
import kz.qaqpa.engine.trt.library.LibraryPath;
import kz.qaqpa.engine.trt.library.NvidiaProbe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Commands, on a machine of a few files and no GPU. */
class ToolsTest {
  @TempDir private Path root;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void areFoundByName() {
    assertThat(ServiceLoader.load(EngineTool.class))
        .extracting(EngineTool::name)
        .containsExactlyInAnyOrder("compile", "install trt");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--model m --max-batch 0 | --max-batch: 0 (expected: 1 to 1024)",
        "--model m --max-batch 1025 | --max-batch: 1025 (expected: 1 to 1024)",
        "--model m --max-batch many | --max-batch: many (expected: 1 to 1024)",
        "--model m --max-len 0 | --max-len: 0 (expected: 1 to 1048576)",
        "--model m --precision int8 | --precision: int8 (expected: bf16 or fp8)",
        "--model m --out | --out: absent (expected: a value)",
        "--max-len 4 | --model: missing (expected: a folder)",
        "--model m --fast | --fast: no such option",
      })
  void compileRefusesWrongArguments(String arguments, String message) {
    assertThat(run(compile(), arguments.split(" "))).isEqualTo(2);
    assertThat(text(err)).startsWith("compile: " + message).contains("usage: ./qaqpa compile");
  }

  @Test
  void compileWithoutAGpuIsOneSentenceBeforeAnythingElse() {
    assertThat(run(compile(), "--model", root.resolve("no such model").toString())).isEqualTo(1);
    assertThat(text(err).strip())
        .isEqualTo(
            "compile: engine trt: not available: this machine has no NVIDIA driver"
                + " (/dev/nvidiactl is missing)");
    assertThat(run(compile(), "--help")).isZero();
    assertThat(text(out)).contains("--max-batch N");
  }

  private CompileTool compile() {
    LibraryPath nothing = LibraryPath.of(root, "", root.resolve("installed"));
    return new CompileTool(new NvidiaProbe(root, nothing, CudaDriver::start));
  }

  @Test
  void installUnpacksWhatTheMachineLacks() throws IOException {
    Path folder = root.resolve("cache/tensorrt");
    InstallTool tool = new InstallTool(LibraryPath.of(root, "", folder), folder);
    assertThat(run(tool, "--check")).isEqualTo(3);
    assertThat(run(tool, "--jars", root.resolve("none").toString())).isEqualTo(1);
    assertThat(text(err)).startsWith("engine install trt: ");
    Path jars = Files.createDirectories(root.resolve("jars"));
    assertThat(run(tool, "--jars", jars.toString())).isEqualTo(1);
    assertThat(text(err)).contains("libcudart.so.13: in none of []");
    jar(jars.resolve("a.jar"), "org/bytedeco/cuda/linux-x86_64/libcudart.so.13");
    jar(jars.resolve("b.jar"), "org/bytedeco/tensorrt/linux-x86_64/libnvinfer.so.11");
    assertThat(run(tool, "--jars", jars.toString())).isZero();
    assertThat(text(out).strip()).isEqualTo("TensorRT is installed in " + folder);
    out.reset();
    assertThat(run(tool, "--check")).isZero();
    assertThat(text(out)).startsWith("TensorRT is there: " + folder.resolve("libnvinfer.so.11"));
    assertThat(run(tool)).isEqualTo(2);
    assertThat(run(tool, "--jars")).isEqualTo(2);
  }

  private static void jar(Path file, String entry) throws IOException {
    try (OutputStream stream = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(stream)) {
      zip.putNextEntry(new ZipEntry(entry));
      zip.write(1);
      zip.closeEntry();
    }
  }

  private int run(EngineTool tool, String... arguments) {
    EngineSettings settings = new EngineSettings("auto", 0, 0, 0, root.resolve("engine-cache"));
    return tool.run(
        List.of(arguments),
        settings,
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  private static String text(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
