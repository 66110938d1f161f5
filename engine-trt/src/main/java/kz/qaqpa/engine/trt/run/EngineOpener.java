package kz.qaqpa.engine.trt.run;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.model.Checkpoint;
import kz.qaqpa.engine.model.LlamaConfig;
import kz.qaqpa.engine.trt.device.Device;
import kz.qaqpa.engine.trt.device.DeviceException;
import kz.qaqpa.engine.trt.graph.LlamaGraph;
import kz.qaqpa.engine.trt.graph.Weight;
import kz.qaqpa.engine.trt.memory.Resources;
import kz.qaqpa.engine.trt.memory.Sizing;
import kz.qaqpa.engine.trt.weights.WeightReader;

/** From a plan and a checkpoint to an engine. Functions only. */
public final class EngineOpener {
  private static final long TENTHS = 10;

  private EngineOpener() {}

  /**
   * Loads the programs, looks whether everything fits, uploads the weights.
   *
   * @param device closed with the engine, also if this fails
   * @param plan as {@link PlanBody#join} made it; may be freed afterwards
   * @param progress receives lines for a person
   * @throws IllegalArgumentException with the arithmetic if the model does not fit
   * @throws EngineFault if a call fails
   */
  public static TrtEngine open(
      Device device,
      Checkpoint checkpoint,
      Sizing sizing,
      MemorySegment plan,
      Consumer<String> progress) {
    WeightReader reader = new WeightReader(checkpoint);
    return open(device, checkpoint.config(), reader::stream, sizing, plan, progress);
  }

  /** The same, with weights from anywhere. */
  public static TrtEngine open(
      Device device,
      LlamaConfig config,
      WeightUpload.Source source,
      Sizing sizing,
      MemorySegment plan,
      Consumer<String> progress) {
    Resources resources = new Resources(device);
    try {
      PlanBody body = PlanBody.split(plan);
      Programs programs =
          new Programs(
              resources.own(device.load(body.decode(), "decode")),
              Programs.decodeRows(sizing.maxBatch()),
              resources.own(device.load(body.mixed(), "mixed")));
      Sizing fitting = sizing.withScratch(programs.scratchBytes(), device.memory());
      Map<String, Long> weights = upload(resources, config, source, fitting, progress);
      return TrtEngine.open(resources, config, fitting, programs, weights);
    } catch (DeviceException e) {
      closeAfter(resources, e);
      throw new EngineFault.Fatal(String.valueOf(e.getMessage()), e);
    } catch (RuntimeException | Error e) {
      closeAfter(resources, e); // Closed twice is closed once.
      throw e;
    }
  }

  private static void closeAfter(Resources resources, Throwable failure) {
    try {
      resources.close();
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  private static Map<String, Long> upload(
      Resources resources,
      LlamaConfig config,
      WeightUpload.Source source,
      Sizing sizing,
      Consumer<String> progress) {
    List<Weight> weights =
        LlamaGraph.build(config, sizing.precision(), LlamaGraph.Form.RAGGED, sizing.capacity())
            .weights();
    long all = Math.max(1, sizing.budget().weights());
    AtomicLong done = new AtomicLong();
    return WeightUpload.upload(
        resources,
        weights,
        source,
        bytes -> {
          long before = done.getAndAdd(bytes) * TENTHS / all;
          long now = done.get() * TENTHS / all;
          if (now > before) {
            progress.accept("weights on the GPU: " + 100 / TENTHS * now + " %");
          }
        });
  }
}
