package kz.qaqpa.engine.trt.check;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import kz.qaqpa.engine.model.LlamaConfig;
import kz.qaqpa.engine.trt.build.BuildProgress;
import kz.qaqpa.engine.trt.build.BuilderResource;
import kz.qaqpa.engine.trt.build.PlanBuilder;
import kz.qaqpa.engine.trt.graph.LlamaGraph;
import kz.qaqpa.engine.trt.memory.Sizing;
import kz.qaqpa.engine.trt.plan.PlanKey;

/**
 * A plan built now, and how long that took.
 *
 * @param plan as the engine opens it
 * @param seconds of building
 */
record Built(MemorySegment plan, double seconds) {

  static Built of(
      LlamaConfig config,
      Sizing sizing,
      BuilderResource resource,
      BuildProgress progress,
      Arena arena) {
    PlanKey key =
        new PlanKey(
            "check",
            sizing.precision(),
            sizing.maxBatch(),
            sizing.slotLength(),
            sizing.stepTokens(),
            LlamaGraph.VERSION,
            "check",
            "check",
            "check");
    long start = System.nanoTime();
    try {
      Path timings = Files.createTempDirectory("gpu-check").resolve("timing.cache");
      MemorySegment plan =
          new PlanBuilder(config, sizing, resource, progress).plan(key, timings, arena);
      return new Built(plan, (System.nanoTime() - start) / 1e9);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
