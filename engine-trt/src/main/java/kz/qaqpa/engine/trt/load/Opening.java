package kz.qaqpa.engine.trt.load;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Optional;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.EngineSettings;
import kz.qaqpa.engine.model.Checkpoint;
import kz.qaqpa.engine.trt.build.BuildProgress;
import kz.qaqpa.engine.trt.build.BuilderResource;
import kz.qaqpa.engine.trt.build.PlanBuilder;
import kz.qaqpa.engine.trt.device.Device;
import kz.qaqpa.engine.trt.graph.LlamaGraph;
import kz.qaqpa.engine.trt.library.Installation;
import kz.qaqpa.engine.trt.library.NvidiaProbe.Usable;
import kz.qaqpa.engine.trt.memory.Sizing;
import kz.qaqpa.engine.trt.plan.PlanKey;
import kz.qaqpa.engine.trt.plan.PlanStore;

/**
 * What opening and compiling a model have in common.
 *
 * @param machine the GPU and the libraries
 * @param tensorRt version of TensorRT, which is loaded
 * @param modelDigest of the model's files
 * @param cacheFolder of the engine
 * @param progress shows what is under way
 */
public record Opening(
    Usable machine, String tensorRt, String modelDigest, Path cacheFolder, BuildProgress progress) {

  /** The key of a plan on this machine. */
  public PlanKey key(Sizing sizing) {
    return new PlanKey(
        modelDigest,
        sizing.precision(),
        sizing.maxBatch(),
        sizing.slotLength(),
        sizing.stepTokens(),
        LlamaGraph.VERSION,
        tensorRt,
        machine.gpu().name(),
        machine.gpu().capability());
  }

  /**
   * Finds or builds the plan.
   *
   * @param named the file that the user named, if any
   */
  public PlanStore.Entry plan(
      Checkpoint checkpoint, Sizing sizing, Optional<Path> named, Arena arena) throws IOException {
    BuilderResource resource =
        new BuilderResource(
            machine.libraries().builderResources(), Installation.folder(), progress.lines());
    PlanBuilder builder = new PlanBuilder(checkpoint.config(), sizing, resource, progress);
    return new PlanStore(cacheFolder.resolve("trt-plans"), progress.lines())
        .open(key(sizing), named, builder, arena);
  }

  /**
   * Settings decided, by the device's memory as it is now and by the plan that the user named.
   *
   * @throws IllegalArgumentException naming the setting that cannot be met
   */
  public static Sizing sizing(EngineSettings settings, Checkpoint checkpoint, Device device)
      throws IOException {
    Optional<PlanStore.Sizes> planned =
        settings.plan().isEmpty() ? Optional.empty() : PlanStore.sizes(Path.of(settings.plan()));
    EngineSettings decided =
        planned
            .map(sizes ->
                settings.sized(
                    settings.precision().equals("auto") ? sizes.precision() : settings.precision(),
                    settings.slots(),
                    settings.slotLength() == 0
                        ? Integer.parseInt(sizes.maxLength())
                        : settings.slotLength(),
                    settings.threads()))
            .orElse(settings);
    int mostSlots =
        planned.map(sizes -> Integer.parseInt(sizes.maxBatch())).orElse(Sizing.MOST_CHOSEN);
    return Sizing.of(decided, checkpoint.config(), device.memory(), mostSlots);
  }

  /** An error of the file system, where it is no fault of the model's. */
  public static EngineFault.Fatal cannot(String what, Path where, IOException e) {
    return new EngineFault.Fatal(what + ": " + where + " (" + e + ")", e);
  }
}
