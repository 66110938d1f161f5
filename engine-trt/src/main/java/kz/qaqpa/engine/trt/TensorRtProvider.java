package kz.qaqpa.engine.trt;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.EngineProvider;
import kz.qaqpa.engine.EngineSettings;
import kz.qaqpa.engine.model.Checkpoint;
import kz.qaqpa.engine.model.ModelDigest;
import kz.qaqpa.engine.trt.build.BuildProgress;
import kz.qaqpa.engine.trt.cuda.CudaDevice;
import kz.qaqpa.engine.trt.cuda.NativeRuntime;
import kz.qaqpa.engine.trt.device.Device;
import kz.qaqpa.engine.trt.device.DeviceException;
import kz.qaqpa.engine.trt.library.CudaDriver;
import kz.qaqpa.engine.trt.library.LibraryException;
import kz.qaqpa.engine.trt.library.LibraryPath;
import kz.qaqpa.engine.trt.library.NvidiaProbe;
import kz.qaqpa.engine.trt.load.Opening;
import kz.qaqpa.engine.trt.memory.Sizing;
import kz.qaqpa.engine.trt.plan.PlanException;
import kz.qaqpa.engine.trt.plan.PlanStore;
import kz.qaqpa.engine.trt.run.EngineOpener;
import kz.qaqpa.engine.trt.run.RebuildingEngine;
import kz.qaqpa.engine.trt.run.TrtEngine;
import kz.qaqpa.engine.trt.watch.Watch;

/** Opens Llama checkpoints on an NVIDIA GPU with TensorRT. */
public final class TensorRtProvider implements EngineProvider {
  private static final Path ROOT = Path.of("/");

  private final NvidiaProbe probe;

  /** For {@link java.util.ServiceLoader}. */
  public TensorRtProvider() {
    this(probe());
  }

  TensorRtProvider(NvidiaProbe probe) {
    this.probe = probe;
  }

  /** Looks at this machine. */
  public static NvidiaProbe probe() {
    return new NvidiaProbe(ROOT, LibraryPath.here(), CudaDriver::start);
  }

  @Override
  public String name() {
    return "trt";
  }

  /** Above the CPU's: where a GPU can be used, it should be. */
  @Override
  public int preference() {
    return 100;
  }

  @Override
  public Availability availability() {
    return switch (probe.find()) {
      case NvidiaProbe.Usable usable -> new Availability(true, usable.text());
      case NvidiaProbe.Missing(String text) ->
          new Availability(false, "not available: this machine has " + text);
    };
  }

  @Override
  public Set<String> precisions() {
    return Set.of("auto", "f32", "bf16", "fp8");
  }

  /** The machine, if it can be used. */
  public static NvidiaProbe.Usable usable(NvidiaProbe.Finding finding) {
    return switch (finding) {
      case NvidiaProbe.Usable usable -> usable;
      case NvidiaProbe.Missing(String text) ->
          throw new EngineFault.Fatal("engine trt: not available: this machine has " + text, null);
    };
  }

  @Override
  public LoadedEngine open(Path model, EngineSettings settings, Consumer<String> progress) {
    NvidiaProbe.Usable machine = usable(probe.find());
    Path folder = settings.cacheFolder();
    try {
      String version = NativeRuntime.load(machine.libraries(), folder);
      String digest = ModelDigest.of(model, folder);
      Opening opening =
          new Opening(machine, version, digest, folder, BuildProgress.lines(progress));
      Opened opened = open(opening, model, settings, CudaDevice.open());
      RebuildingEngine engine =
          new RebuildingEngine(
              opened.engine(),
              CudaDevice::reset,
              () -> open(opening, model, settings, CudaDevice.open()).engine(),
              System::nanoTime);
      String description =
          "TensorRT " + version + " on " + machine.gpu().name() + ", " + opened.sizing();
      return new LoadedEngine(engine, digest, description, Watch.gauges(engine, machine.gpu()));
    } catch (DeviceException e) {
      throw new EngineFault.Fatal(String.valueOf(e.getMessage()), e);
    } catch (LibraryException | PlanException e) {
      throw new EngineFault.Fatal("engine trt: " + e.getMessage(), e);
    }
  }

  private record Opened(TrtEngine engine, Sizing sizing) {}

  private static Opened open(Opening opening, Path model, EngineSettings settings, Device device) {
    Optional<Path> named =
        settings.plan().isEmpty() ? Optional.empty() : Optional.of(Path.of(settings.plan()));
    boolean handedOver = false;
    try (Checkpoint checkpoint = Checkpoint.open(model);
        Arena arena = Arena.ofShared()) {
      Sizing sizing = Opening.sizing(settings, checkpoint, device);
      PlanStore.Entry plan = opening.plan(checkpoint, sizing, named, arena);
      handedOver = true;
      TrtEngine engine =
          EngineOpener.open(device, checkpoint, sizing, plan.body(), opening.progress().lines());
      return new Opened(engine, sizing);
    } catch (IOException e) {
      throw Opening.cannot("engine.cacheFolder", opening.cacheFolder(), e);
    } finally {
      if (!handedOver) {
        device.close();
      }
    }
  }
}
