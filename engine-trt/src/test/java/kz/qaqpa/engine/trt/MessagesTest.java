package kz.qaqpa.engine.trt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each message stands in the code and in docs/tensorrt.md, with what to do. */
class MessagesTest {
  private static final Path ROOT = Path.of(System.getProperty("qaqpa.root", ".."));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "no NVIDIA driver (/",
        "an NVIDIA device but not the driver's library (",
        "an NVIDIA driver that does not start",
        "an NVIDIA driver with CUDA ",
        "an NVIDIA driver but no GPU",
        " of compute capability ",
        "an NVIDIA driver but no TensorRT (",
        " is missing; ./qaqpa engine install trt brings it)",
        ": in none of ",
        "cannot be loaded (",
        "has no function ",
        " (another version?)",
        " (expected: 11.2 or later of 11)",
        "JavaCPP's bindings of TensorRT: ",
        "createInferBuilder: ",
        "createInferRuntime",
        "deserializeCudaEngine of ",
        "buildSerializedNetwork of ",
        ", by the GPU's memory: ",
        " (expected: less, or a smaller model",
        "no plan of Qaqpa's (expected: a file that ./qaqpa compile wrote)",
        "a plan works on the kind of machine that built it",
        "damaged: its digest is not the one in its header",
        "longer than its header says",
        "cut short",
        "(expected: name=value, each name once)",
        "headerBytes: ",
        "cudaMalloc of ",
        "enqueueV3 of ",
        "the engine was made anew, its slots are empty",
        "host blocks that were being read are lost",
        ": its content was lost when the engine was rebuilt",
        "the engine could not be made anew: ",
      })
  void standsInTheCodeAndInTheDocs(String message) throws IOException {
    assertThat(code()).contains(message);
    String shown = message.strip().replaceAll("^[:,] |^[:,]$", "");
    assertThat(docs()).contains(shown);
  }

  @Test
  void thePageSaysWhatWasNotRun() throws IOException {
    assertThat(docs()).contains("No figure of a GPU has been measured yet");
  }

  private static String docs() throws IOException {
    return Files.readString(ROOT.resolve("docs/tensorrt.md"));
  }

  private static String code() throws IOException {
    try (Stream<Path> files = Files.walk(ROOT.resolve("engine-trt/src/main/java"))) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .map(MessagesTest::read)
          .collect(Collectors.joining());
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).replaceAll("\"\\s*\\+ \"", "");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
