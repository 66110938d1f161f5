package kz.qaqpa.engine.trt.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import kz.qaqpa.engine.trt.library.ElfStub;
import kz.qaqpa.engine.trt.library.LibraryException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** NVML's calls, answered by a library of a few instructions. */
class NvmlTest {
  private static final String SUCCESS = "31c0c3"; // xor eax,eax; ret

  @TempDir private Path folder;

  @Test
  void readsWhereNvmlWrites() throws IOException {
    Path file = folder.resolve("libnvidia-ml-test.so.1");
    stub("libnvidia-ml-test.so.1")
        .function("nvmlDeviceGetPowerUsage", "c706ecf00900" + SUCCESS) // mov [rsi],651500
        .write(file);
    Nvml nvml = new Nvml(file);
    assertThat(nvml.memoryTotalBytes()).isEqualTo(42);
    assertThat(nvml.memoryUsedBytes()).isEqualTo(5);
    assertThat(nvml.utilisation()).isEqualTo(0.5);
    assertThat(nvml.powerWatts()).isEqualTo(651.5);
    assertThat(nvml.processorHertz()).isEqualTo(1e6);
    assertThat(nvml.memoryHertz()).isEqualTo(2e6);
    assertThat(nvml.temperatureCelsius()).isEqualTo(41);
  }

  @Test
  void aSensorThatIsNotSupportedSaysSo() throws IOException {
    Path file = folder.resolve("libnvidia-ml-poor.so.1");
    stub("libnvidia-ml-poor.so.1")
        .function("nvmlDeviceGetPowerUsage", "b803000000c3") // mov eax,3
        .write(file);
    assertThatThrownBy(() -> new Nvml(file).powerWatts())
        .isInstanceOf(LibraryException.class)
        .hasMessage("nvmlDeviceGetPowerUsage: error 3");
  }

  private static ElfStub stub(String name) {
    return new ElfStub(name)
        .function("nvmlInit_v2", SUCCESS)
        .function("nvmlDeviceGetHandleByIndex_v2", "48c7062a000000" + SUCCESS) // mov [rsi],42
        // mov [rsi],rdi, the device; mov qword [rsi+16],5
        .function("nvmlDeviceGetMemoryInfo", "48893e48c7461005000000" + SUCCESS)
        .function("nvmlDeviceGetUtilizationRates", "c70632000000" + SUCCESS) // mov [rsi],50
        .function("nvmlDeviceGetClockInfo", "893231c0c3") // mov [rdx],esi: the clock's type
        .function("nvmlDeviceGetTemperature", "c70229000000" + SUCCESS); // mov [rdx],41
  }
}
