package kz.qaqpa.engine.trt.tool;

import java.io.Console;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.EngineSettings;
import kz.qaqpa.engine.EngineTool;
import kz.qaqpa.engine.model.Checkpoint;
import kz.qaqpa.engine.model.ModelDigest;
import kz.qaqpa.engine.model.ModelFileException;
import kz.qaqpa.engine.trt.TensorRtProvider;
import kz.qaqpa.engine.trt.build.BuildProgress;
import kz.qaqpa.engine.trt.cuda.CudaDevice;
import kz.qaqpa.engine.trt.cuda.NativeRuntime;
import kz.qaqpa.engine.trt.device.Device;
import kz.qaqpa.engine.trt.device.DeviceException;
import kz.qaqpa.engine.trt.library.LibraryException;
import kz.qaqpa.engine.trt.library.NvidiaProbe;
import kz.qaqpa.engine.trt.load.Opening;
import kz.qaqpa.engine.trt.memory.Sizing;
import kz.qaqpa.engine.trt.plan.PlanException;
import kz.qaqpa.engine.trt.plan.PlanStore;

/** {@code ./qaqpa compile}: builds the plan of a model before anybody waits for it. */
public final class CompileTool implements EngineTool {
  private static final int DONE = 0;
  private static final int FAILED = 1;
  private static final int MISUSED = 2;

  private final NvidiaProbe probe;

  /** For {@link java.util.ServiceLoader}. */
  public CompileTool() {
    this(TensorRtProvider.probe());
  }

  CompileTool(NvidiaProbe probe) {
    this.probe = probe;
  }

  @Override
  public String name() {
    return "compile";
  }

  @Override
  public int run(
      List<String> arguments, EngineSettings settings, PrintStream out, PrintStream err) {
    CompileOptions options;
    try {
      options = CompileOptions.parse(arguments);
    } catch (IllegalArgumentException e) {
      err.println("compile: " + e.getMessage());
      err.println(CompileOptions.USAGE);
      return MISUSED;
    }
    if (options.help()) {
      out.println(CompileOptions.USAGE);
      return DONE;
    }
    try {
      compile(options, settings, out, err);
      return DONE;
    } catch (EngineFault
        | DeviceException
        | LibraryException
        | PlanException
        | ModelFileException
        | IllegalArgumentException e) {
      err.println("compile: " + e.getMessage());
      return FAILED;
    } catch (IOException e) {
      err.println("compile: " + e);
      return FAILED;
    }
  }

  /** The machine first: hashing a model and loading libraries take seconds. */
  private void compile(
      CompileOptions options, EngineSettings settings, PrintStream out, PrintStream err)
      throws IOException {
    NvidiaProbe.Usable machine = TensorRtProvider.usable(probe.find());
    long start = System.nanoTime();
    boolean terminal = Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    BuildProgress progress =
        terminal ? BuildProgress.terminal(err) : BuildProgress.lines(err::println);
    try (Checkpoint checkpoint = Checkpoint.open(options.model());
        Arena arena = Arena.ofShared()) {
      requireLength(options, checkpoint);
      String version = NativeRuntime.load(machine.libraries(), settings.cacheFolder());
      String digest = ModelDigest.of(options.model(), settings.cacheFolder());
      Opening opening = new Opening(machine, version, digest, settings.cacheFolder(), progress);
      try (Device device = CudaDevice.open()) {
        Sizing sizing = sizing(options, settings, checkpoint, device);
        progress.lines().accept("compiling for " + machine.gpu().name() + ": " + sizing);
        PlanStore.Entry plan = opening.plan(checkpoint, sizing, options.out(), arena);
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
        out.println(
            plan.file()
                + ": "
                + (Files.size(plan.file()) >> 10)
                + " KiB, "
                + (plan.built() ? "built in " + seconds + " s" : "up to date"));
      }
    }
  }

  private static void requireLength(CompileOptions options, Checkpoint checkpoint) {
    int most = checkpoint.config().maxPositions();
    if (options.maxLength() > most) {
      throw new IllegalArgumentException(
          "--max-len: "
              + options.maxLength()
              + " (expected: at most the model's context length, "
              + most
              + ")");
    }
  }

  /** What is not named is what serving would choose. */
  private static Sizing sizing(
      CompileOptions options, EngineSettings settings, Checkpoint checkpoint, Device device)
      throws IOException {
    return Opening.sizing(
        new EngineSettings(
            options.precision(),
            options.maxBatch(),
            options.maxLength(),
            settings.threads(),
            settings.cacheFolder()),
        checkpoint,
        device);
  }
}
