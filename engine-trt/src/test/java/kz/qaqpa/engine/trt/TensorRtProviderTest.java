package kz.qaqpa.engine.trt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ServiceLoader;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.EngineProvider;
import kz.qaqpa.engine.EngineSettings;
import kz.qaqpa.engine.trt.library.CudaDriver;
import kz.qaqpa.engine.trt.library.LibraryPath;
import kz.qaqpa.engine.trt.library.NvidiaProbe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The answers, on machines made of empty files. */
class TensorRtProviderTest {
  @TempDir Path root;

  @Test
  void isFoundByTheServiceLoader() {
    assertThat(ServiceLoader.load(EngineProvider.class))
        .singleElement()
        .satisfies(provider -> {
          assertThat(provider.name()).isEqualTo("trt");
          assertThat(provider.preference()).isPositive();
          assertThat(provider.precisions()).contains("auto", "bf16", "fp8");
          assertThat(provider.availability().detail()).isNotBlank();
        });
  }

  @Test
  void openingFailsInTheWordsOfItsAvailability() {
    LibraryPath nothing = LibraryPath.of(root, "", root.resolve("installed"));
    TensorRtProvider provider =
        new TensorRtProvider(new NvidiaProbe(root, nothing, CudaDriver::start));
    assertThat(provider.availability().available()).isFalse();
    assertThat(provider.availability().detail())
        .isEqualTo("not available: this machine has no NVIDIA driver (/dev/nvidiactl is missing)");
    EngineSettings settings = new EngineSettings("auto", 0, 0, 0, root);
    assertThatThrownBy(() -> provider.open(root, settings, line -> {}))
        .isInstanceOf(EngineFault.Fatal.class)
        .hasMessage("engine trt: " + provider.availability().detail());
  }
}
