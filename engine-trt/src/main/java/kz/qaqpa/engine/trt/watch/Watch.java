package kz.qaqpa.engine.trt.watch;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import kz.qaqpa.engine.EngineGauge;
import kz.qaqpa.engine.trt.library.Gpu;
import kz.qaqpa.engine.trt.library.LibraryException;
import kz.qaqpa.engine.trt.library.LibraryPath;
import kz.qaqpa.engine.trt.run.RebuildingEngine;
import kz.qaqpa.engine.trt.run.TrtEngine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gauges of an engine on a GPU. Functions only. */
public final class Watch {
  private static final Logger LOG = LoggerFactory.getLogger(Watch.class);
  private static final String LIBRARY = "libnvidia-ml.so.1";

  private Watch() {}

  /** Gauges of the engine, and of the GPU where its driver's library is found. */
  public static List<EngineGauge> gauges(RebuildingEngine engine, Gpu gpu) {
    List<EngineGauge> gauges = new ArrayList<>(ofEngine(engine));
    sensors(LibraryPath.here(), gpu).ifPresent(s -> gauges.addAll(ofGpu(s)));
    return gauges;
  }

  private static Optional<GpuSensors> sensors(LibraryPath path, Gpu gpu) {
    try {
      return path.find(LIBRARY).map(Nvml::new);
    } catch (LibraryException e) {
      LOG.warn("{} is not watched: {}", gpu.name(), e.getMessage());
      return Optional.empty();
    }
  }

  static List<EngineGauge> ofEngine(RebuildingEngine engine) {
    return List.of(
        new EngineGauge(
            "engine_kv_occupancy_ratio",
            "Share of the KV cache's positions that held content after the last step",
            () -> engine.current() instanceof TrtEngine trt ? trt.occupancy() : Double.NaN),
        new EngineGauge(
            "engine_rebuilds", "Times that the engine was made anew", engine::rebuilds));
  }

  static List<EngineGauge> ofGpu(GpuSensors gpu) {
    return List.of(
        gauge("gpu_memory_used_bytes", "Memory of the GPU in use", gpu::memoryUsedBytes),
        gauge("gpu_memory_total_bytes", "All memory of the GPU", gpu::memoryTotalBytes),
        gauge("gpu_utilisation_ratio", "Share of time in which a kernel ran", gpu::utilisation),
        gauge("gpu_power_watts", "Power that the GPU draws", gpu::powerWatts),
        gauge("gpu_processor_clock_hertz", "Clock of the GPU's processors", gpu::processorHertz),
        gauge("gpu_memory_clock_hertz", "Clock of the GPU's memory", gpu::memoryHertz),
        gauge("gpu_temperature_celsius", "Temperature of the GPU", gpu::temperatureCelsius));
  }

  /** Not every GPU has every sensor, and a driver may be taken away under a running process. */
  private static EngineGauge gauge(String name, String help, DoubleSupplier sensor) {
    return new EngineGauge(
        name,
        help,
        () -> {
          try {
            return sensor.getAsDouble();
          } catch (RuntimeException e) {
            return Double.NaN;
          }
        });
  }
}
