package kz.qaqpa.engine.trt.library;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The driver's calls, answered by a library of a few instructions that shows which argument it got
 * where.
 */
class CudaDriverTest {
  private static final String SUCCESS = "31c0c3"; // xor eax,eax; ret

  @TempDir private Path folder;

  private Path library(String name, ElfStub stub) throws IOException {
    Path file = folder.resolve(name);
    stub.write(file);
    return file;
  }

  @Test
  void readsVersionAndGpus() throws IOException {
    Path file =
        library(
            "libcuda-two.so.1",
            new ElfStub("libcuda-two.so.1")
                .function("cuInit", SUCCESS)
                .function("cuDriverGetVersion", "c707e632000031c0c3") // mov [rdi],13030
                .function("cuDeviceGetCount", "c7070200000031c0c3") // mov [rdi],2
                .function("cuDeviceGetAttribute", "893731c0c3") // mov [rdi],esi: the attribute
                .function("cuDeviceGetName", "66c7074700" + SUCCESS) // mov word [rdi],'G'
                .function("cuDeviceTotalMem_v2", "48c707ffffff7f" + SUCCESS)
                .function("cuGetErrorName", SUCCESS));
    Driver driver = CudaDriver.start(file);
    assertThat(driver.cudaVersion()).isEqualTo(13030);
    assertThat(driver.gpus()).hasSize(2).containsOnly(new Gpu("G", 75, 76, Integer.MAX_VALUE));
    assertThat(driver.gpus().getFirst().capability()).isEqualTo("75.76");
  }

  @Test
  void aDriverWithoutAGpuHasAVersion() throws IOException {
    Path file =
        library(
            "libcuda-none.so.1",
            new ElfStub("libcuda-none.so.1")
                .function("cuInit", "b864000000c3") // mov eax,100: no device
                .function("cuDriverGetVersion", "c707c832000031c0c3"));
    assertThat(CudaDriver.start(file)).isEqualTo(new CudaDriver(13000, java.util.List.of()));
  }

  @Test
  void aCallThatFailsIsNamedWithItsError() throws IOException {
    Path file =
        library(
            "libcuda-broken.so.1",
            new ElfStub("libcuda-broken.so.1")
                .function("cuInit", "b823030000c3") // mov eax,803
                .function("cuDriverGetVersion", "c707c832000031c0c3")
                .function("cuGetErrorName", "b801000000c3")); // Knows no names.
    assertThatThrownBy(() -> CudaDriver.start(file))
        .isInstanceOf(LibraryException.class)
        .hasMessage("cuInit: error 803");
    Path old = library("libcuda-old.so.1", new ElfStub("libcuda-old.so.1"));
    assertThatThrownBy(() -> CudaDriver.start(old))
        .hasMessage(old + ": has no function cuDriverGetVersion (another version?)");
  }

  @Test
  void anotherMajorVersionOfTensorRtIsRefused() throws IOException {
    Path cudart = library("libcudart-x.so.13", new ElfStub("libcudart-x.so.13"));
    Path old =
        library(
            "libnvinfer-old.so.11",
            new ElfStub("libnvinfer-old.so.11")
                .function("getInferLibVersion", "b8b0ad0100c3")); // mov eax,110000
    Libraries libraries = new Libraries(cudart, old, java.util.List.of(), java.util.List.of());
    assertThatThrownBy(() -> Preload.load(libraries, folder.resolve("stubs")))
        .isInstanceOf(LibraryException.class)
        .hasMessage(old + ": TensorRT 11.0.0 (expected: 11.2 or later of 11)");
    assertThat(folder.resolve("stubs/libcublas.so.13")).exists();
    Path fits =
        library(
            "libnvinfer-new.so.11",
            new ElfStub("libnvinfer-new.so.11")
                .function("getInferLibVersion", "b879ae0100c3")); // mov eax,110201
    assertThat(
            Preload.load(
                new Libraries(cudart, fits, java.util.List.of(), java.util.List.of()),
                folder.resolve("stubs")))
        .isEqualTo("11.2.1");
  }
}
