package kz.qaqpa.engine.cpu;

import java.nio.file.Path;
import java.util.Arrays;
import kz.qaqpa.engine.Engine;
import kz.qaqpa.engine.EngineProvider.LoadedEngine;
import kz.qaqpa.engine.EngineSettings;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.engine.StepPlanBuilder;
import kz.qaqpa.engine.StepResult;

/** Opens engines and drives them by hand. */
final class Engines {
  private Engines() {}

  /** The model that the project ships. */
  static Path shippedModel() {
    return Path.of(System.getProperty("qaqpa.root", ".."), "config", "models", "kaz-mini");
  }

  /** One cache folder for all tests of a run, so that each graph is made once. */
  static Path cacheFolder() {
    return Path.of("target", "engine-cache").toAbsolutePath();
  }

  static LoadedEngine open(Path model, String precision, int slots, int slotLength, int threads) {
    EngineSettings settings =
        new EngineSettings(precision, slots, slotLength, threads, cacheFolder());
    return new CpuEngineProvider().open(model, settings, line -> {});
  }

  /** A driver that remembers how long each slot is. */
  static final class Driver {
    final Engine engine;
    final int[] length;
    private final StepPlanBuilder plan;

    Driver(Engine engine) {
      this.engine = engine;
      this.length = new int[engine.shape().slots()];
      this.plan = new StepPlanBuilder(engine.shape());
    }

    /** Begins a step. */
    Driver step() {
      plan.clear();
      for (int slot = 0; slot < length.length; slot++) {
        plan.slotLength(slot, length[slot]);
      }
      return this;
    }

    /** Adds a row that appends tokens to a slot. */
    Driver row(int slot, LogitsMode mode, int... tokens) {
      plan.row(slot, length[slot], mode);
      for (int token : tokens) {
        plan.token(token);
      }
      length[slot] += tokens.length;
      return this;
    }

    /** Runs the step. */
    StepResult run() {
      return engine.execute(plan.plan());
    }

    /** Appends tokens to one slot in a step of its own; all logits behind the last. */
    float[] append(int slot, int... tokens) {
      StepResult result = step().row(slot, LogitsMode.FULL, tokens).run();
      float[] logits = new float[engine.shape().vocabulary()];
      result.logits(0, logits);
      return logits;
    }

    /** Forgets a slot's content behind a length. */
    void truncate(int slot, int tokens) {
      length[slot] = tokens;
    }
  }

  /** Random tokens. */
  static int[] tokens(java.util.random.RandomGenerator random, int count, int vocabulary) {
    int[] tokens = new int[count];
    Arrays.setAll(tokens, i -> random.nextInt(vocabulary));
    return tokens;
  }
}
