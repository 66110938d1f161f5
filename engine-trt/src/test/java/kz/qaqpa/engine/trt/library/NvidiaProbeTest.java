package kz.qaqpa.engine.trt.library;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is found on machines made of empty files and a driver of a few numbers. */
class NvidiaProbeTest {
  private static final Gpu H200 = new Gpu("NVIDIA H200", 9, 0, 139L << 30);
  private static final String LIB = "usr/lib/x86_64-linux-gnu/";

  @TempDir private Path root;

  @Test
  void saysTheFirstThingThatIsMissing() throws IOException {
    assertMissing("no NVIDIA driver (/dev/nvidiactl is missing)");
    touch("dev/nvidiactl");
    assertMissing("an NVIDIA device but not the driver's library (libcuda.so.1 is missing)");
    touch(LIB + "libcuda.so.1");
    assertMissing(
        "an NVIDIA driver but no TensorRT (libcudart.so.13 is missing; ./qaqpa engine install trt"
            + " brings it)");
    touch("usr/local/cuda/lib64/libcudart.so.13");
    // Neither another library of TensorRT's nor another major version will do.
    touch(LIB + "libnvinfer_plugin.so.11");
    touch(LIB + "libnvinfer.so.10");
    assertMissing(
        "an NVIDIA driver but no TensorRT (libnvinfer.so.11 is missing; ./qaqpa engine install trt"
            + " brings it)");
    touch("usr/local/tensorrt/lib/libnvinfer.so.11");
    assertThat(find(new CudaDriver(13030, List.of(H200))).text())
        .isEqualTo(
            "NVIDIA H200 (compute capability 9.0, 139 GiB), driver with CUDA 13.3, TensorRT at "
                + root
                + "/usr/local/tensorrt/lib/libnvinfer.so.11");
  }

  @Test
  void wantsADriverAndAGpuThatAreNewEnough() throws IOException {
    whole();
    assertThat(find(new CudaDriver(12040, List.of(H200))).text())
        .isEqualTo("an NVIDIA driver with CUDA 12.4 (expected: CUDA 13.0, driver 580 or later)");
    assertThat(find(new CudaDriver(13000, List.of())).text())
        .isEqualTo("an NVIDIA driver but no GPU");
    Gpu t4 = new Gpu("NVIDIA T4", 7, 5, 16L << 30);
    assertThat(find(new CudaDriver(13000, List.of(t4))).text())
        .isEqualTo("NVIDIA T4 of compute capability 7.5 (expected: 8.0 or later)");
    assertThat(find(new CudaDriver(13000, List.of(H200)))).isInstanceOf(NvidiaProbe.Usable.class);
  }

  @Test
  void saysWhyADriverDoesNotStart() throws IOException {
    whole();
    Driver.Probe broken =
        _ -> {
          throw new LibraryException("cuInit: CUDA_ERROR_SYSTEM_DRIVER_MISMATCH (803)", null);
        };
    assertThat(probe("", broken).find().text())
        .isEqualTo(
            "an NVIDIA driver that does not start (cuInit: CUDA_ERROR_SYSTEM_DRIVER_MISMATCH"
                + " (803))");
  }

  @Test
  void prefersWhatTheMachineHasAndWhatTheUserNamed() throws IOException {
    whole();
    touch("cache/libnvinfer.so.11");
    touch("cache/libcudart.so.13");
    touch("opt/mine/libnvinfer.so.11");
    touch("opt/mine/libnvinfer_builder_resource_sm90.so.11.2.1");
    Driver.Probe driver = _ -> new CudaDriver(13030, List.of(H200));
    Libraries found = ((NvidiaProbe.Usable) probe("", driver).find()).libraries();
    assertThat(root.relativize(found.nvinfer()))
        .isEqualTo(Path.of("usr/local/tensorrt/lib/libnvinfer.so.11"));
    assertThat(found.builderResources()).isEmpty();
    found = ((NvidiaProbe.Usable) probe("relative::/opt/mine", driver).find()).libraries();
    assertThat(root.relativize(found.nvinfer())).isEqualTo(Path.of("opt/mine/libnvinfer.so.11"));
    assertThat(found.builderResources()).hasSize(1);
  }

  private void assertMissing(String text) {
    NvidiaProbe.Finding finding = find(new CudaDriver(13030, List.of(H200)));
    assertThat(finding).isEqualTo(new NvidiaProbe.Missing(text));
  }

  private NvidiaProbe.Finding find(Driver driver) {
    return probe("", _ -> driver).find();
  }

  private NvidiaProbe probe(String libraryPath, Driver.Probe driver) {
    return new NvidiaProbe(root, LibraryPath.of(root, libraryPath, root.resolve("cache")), driver);
  }

  private void whole() throws IOException {
    touch("dev/nvidiactl");
    touch(LIB + "libcuda.so.1");
    touch("usr/local/cuda/lib64/libcudart.so.13");
    touch("usr/local/tensorrt/lib/libnvinfer.so.11");
  }

  private void touch(String file) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    if (!Files.exists(path)) {
      Files.createFile(path);
    }
  }
}
