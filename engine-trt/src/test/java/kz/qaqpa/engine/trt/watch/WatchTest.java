package kz.qaqpa.engine.trt.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import kz.qaqpa.engine.EngineGauge;
import org.junit.jupiter.api.Test;

/** Gauges on sensors that are numbers, and on one that is broken. */
class WatchTest {

  /** A GPU whose power sensor is missing. */
  private record FakeSensors(double utilisation) implements GpuSensors {
    @Override
    public double memoryUsedBytes() {
      return 1 << 30;
    }

    @Override
    public double memoryTotalBytes() {
      return 4L << 30;
    }

    @Override
    public double powerWatts() {
      throw new IllegalStateException("NVML_ERROR_NOT_SUPPORTED");
    }

    @Override
    public double processorHertz() {
      return 1.98e9;
    }

    @Override
    public double memoryHertz() {
      return 3.2e9;
    }

    @Override
    public double temperatureCelsius() {
      return 41;
    }
  }

  @Test
  void aSensorThatIsMissingIsNoNumberAndNoError() {
    List<EngineGauge> gauges = Watch.ofGpu(new FakeSensors(0.5));
    assertThat(gauges)
        .extracting(EngineGauge::name)
        .containsExactly(
            "gpu_memory_used_bytes",
            "gpu_memory_total_bytes",
            "gpu_utilisation_ratio",
            "gpu_power_watts",
            "gpu_processor_clock_hertz",
            "gpu_memory_clock_hertz",
            "gpu_temperature_celsius");
    assertThat(value(gauges, "gpu_memory_used_bytes")).isEqualTo(1 << 30);
    assertThat(value(gauges, "gpu_utilisation_ratio")).isEqualTo(0.5);
    assertThat(value(gauges, "gpu_processor_clock_hertz")).isEqualTo(1.98e9);
    assertThat(value(gauges, "gpu_power_watts")).isNaN();
  }

  private static double value(List<EngineGauge> gauges, String name) {
    return gauges.stream()
        .filter(gauge -> gauge.name().equals(name))
        .mapToDouble(gauge -> gauge.value().getAsDouble())
        .sum();
  }
}
