package kz.qaqpa.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import kz.qaqpa.engine.EngineGauge;
import org.junit.jupiter.api.Test;

/** What a scrape shows of the gauges that an engine brings. */
class EngineGaugesTest {
  @Test
  void eachScrapeReadsThem_andLeavesOutWhatHasNoNumber() {
    AtomicReference<Double> power = new AtomicReference<>(651.5);
    try (GatewayMetrics metrics = new GatewayMetrics("kazllm")) {
      metrics.watch(
          List.of(
              new EngineGauge("gpu_power_watts", "Power that the GPU draws", power::get),
              new EngineGauge("gpu_memory_used_bytes", "Memory of the GPU in use", () -> 1 << 30)));
      assertThat(metrics.scrape())
          .contains("qaqpa_gpu_power_watts{engine=\"0\",model_name=\"kazllm\"} 651.5")
          .contains(
              "qaqpa_gpu_memory_used_bytes{engine=\"0\",model_name=\"kazllm\"} 1.073741824E9");
      power.set(Double.NaN);
      assertThat(metrics.scrape())
          .doesNotContain("gpu_power_watts")
          .contains("qaqpa_gpu_memory_used_bytes");
    }
  }
}
