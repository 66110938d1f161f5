package kz.qaqpa.engine.trt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ServiceLoader;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.EngineProvider;
import kz.qaqpa.engine.EngineSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The answers, on machines made of empty files. */
class TensorRtProviderTest {
  private static final String NO_ENGINE =
      "not available: this build of Qaqpa has no TensorRT engine yet; this machine has ";

  @TempDir Path root;

  @Test
  void isFoundByTheServiceLoader() {
    assertThat(ServiceLoader.load(EngineProvider.class))
        .singleElement()
        .satisfies(provider -> {
          assertThat(provider.name()).isEqualTo("trt");
          assertThat(provider.preference()).isPositive();
          assertThat(provider.availability().available()).isFalse();
          assertThat(provider.availability().detail()).startsWith(NO_ENGINE);
        });
  }

  @Test
  void saysWhatTheMachineLacks() throws IOException {
    assertDetail("no NVIDIA driver (/dev/nvidiactl is missing)");
    touch("dev/nvidiactl");
    assertDetail("an NVIDIA device but not the driver's library (libcuda.so.1 is missing)");
    touch("usr/lib/x86_64-linux-gnu/libcuda.so.1");
    assertDetail("an NVIDIA driver but no TensorRT (libnvinfer.so is missing)");
    touch("usr/lib/x86_64-linux-gnu/libnvinfer_plugin.so.11");
    assertDetail("an NVIDIA driver but no TensorRT (libnvinfer.so is missing)");
    touch("usr/local/tensorrt/lib/libnvinfer.so.11");
    assertDetail("an NVIDIA driver and TensorRT (/usr/local/tensorrt/lib/libnvinfer.so.11)");
  }

  @Test
  void openingFailsInTheSameWords() {
    TensorRtProvider provider = new TensorRtProvider(new NvidiaProbe(root));
    EngineSettings settings = new EngineSettings("auto", 0, 0, 0, root);
    assertThatThrownBy(() -> provider.open(root, settings, line -> {}))
        .isInstanceOf(EngineFault.Fatal.class)
        .hasMessage("engine trt: " + provider.availability().detail());
  }

  private void assertDetail(String found) {
    var availability = new TensorRtProvider(new NvidiaProbe(root)).availability();
    assertThat(availability.available()).isFalse();
    assertThat(availability.detail()).isEqualTo(NO_ENGINE + found);
  }

  private void touch(String file) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.createFile(path);
  }
}
