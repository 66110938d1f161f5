package kz.qaqpa.engine.trt.check;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.SplittableRandom;
import kz.qaqpa.engine.Engine;
import kz.qaqpa.engine.model.Checkpoint;
import kz.qaqpa.engine.trt.build.BuildProgress;
import kz.qaqpa.engine.trt.build.BuilderResource;
import kz.qaqpa.engine.trt.cuda.CudaDevice;
import kz.qaqpa.engine.trt.graph.Precision;
import kz.qaqpa.engine.trt.memory.Sizing;
import kz.qaqpa.engine.trt.run.EngineOpener;
import kz.qaqpa.testing.Company;
import kz.qaqpa.testing.EngineDriver;
import kz.qaqpa.testing.ReferenceForward;

/** The shipped model: are the numbers right, and does company change them. */
final class SmallModelCheck {
  private static final int SLOTS = 12;
  private static final int LENGTH = 256;
  private static final int PROMPT = 150;
  private static final double F32_BOUND = 5e-3;

  private final CheckTable table;
  private final Path model;
  private final BuilderResource resource;
  private final BuildProgress progress;

  SmallModelCheck(CheckTable table, Path model, BuilderResource resource, BuildProgress progress) {
    this.table = table;
    this.model = model;
    this.resource = resource;
    this.progress = progress;
  }

  void run() {
    try (Checkpoint checkpoint = Checkpoint.open(model);
        Arena arena = Arena.ofShared()) {
      int vocabulary = checkpoint.config().vocabulary();
      int[] prompt = EngineDriver.tokens(new SplittableRandom(1), PROMPT, vocabulary);
      double[] expected = ReferenceForward.of(checkpoint).logits(prompt)[PROMPT - 1];
      try (Engine engine = open(checkpoint, Precision.F32, arena, true)) {
        logits(error(engine, prompt, expected));
      }
      String errors = "";
      for (Precision precision : new Precision[] {Precision.BF16, Precision.FP8}) {
        try (Engine engine = open(checkpoint, precision, arena, false)) {
          errors += precision + " " + error(engine, prompt, expected) + "  ";
          if (precision == Precision.BF16) {
            identity(engine);
          }
        }
      }
      table.measured(Rows.SMALL_BF16, errors.strip());
    }
  }

  private Engine open(Checkpoint checkpoint, Precision precision, Arena arena, boolean first) {
    Sizing sizing = Sizing.given(checkpoint.config(), precision, SLOTS, LENGTH);
    Built built = Built.of(checkpoint.config(), sizing, resource, progress, arena);
    if (first) {
      table.measured(Rows.SMALL_BUILD, "%.1f".formatted(built.seconds()));
    }
    return EngineOpener.open(CudaDevice.open(), checkpoint, sizing, built.plan(), progress.lines());
  }

  /** Largest error of a logit, in standard deviations of the reference's. */
  private record Error(double largest) {
    @Override
    public String toString() {
      return "%.2e sd".formatted(largest);
    }
  }

  private static Error error(Engine engine, int[] prompt, double[] expected) {
    EngineDriver driver = new EngineDriver(engine);
    int last = prompt.length - 1;
    driver.append(3, java.util.Arrays.copyOf(prompt, last));
    float[] logits = driver.append(3, prompt[last]);
    double mean = java.util.Arrays.stream(expected).average().orElse(0);
    double variance =
        java.util.Arrays.stream(expected).map(x -> (x - mean) * (x - mean)).average().orElse(1);
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(logits[i] - expected[i]));
    }
    return new Error(largest / Math.sqrt(variance));
  }

  private void logits(Error error) {
    String shown = "f32 " + error + " (bound " + F32_BOUND + ")";
    if (error.largest() <= F32_BOUND) {
      table.measured(Rows.SMALL_LOGITS, shown);
    } else {
      table.failed(Rows.SMALL_LOGITS, shown);
    }
  }

  /** Whether every bit is the same is a finding: kernels may differ with the number of rows. */
  private void identity(Engine engine) {
    int rounds = 5;
    try {
      for (int seed = 0; seed < rounds; seed++) {
        new Company(engine, new SplittableRandom(seed), 24).checkAgainstAlone();
      }
      table.measured(Rows.SMALL_IDENTITY, "the same to the bit, " + rounds + " rounds");
    } catch (AssertionError e) {
      table.failed(
          Rows.SMALL_IDENTITY,
          "they differ: " + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
    }
  }
}
