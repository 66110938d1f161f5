package kz.qaqpa.engine.cpu;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import kz.qaqpa.engine.Engine;
import kz.qaqpa.engine.EngineProvider.LoadedEngine;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.testing.EngineDriver;

/**
 * Tokens per second of one engine, without anything above it: {@code CpuEngineBenchmark [--model
 * DIR] [--threads N] [--steps N] PRECISION...}.
 *
 * <p>Decode: rows at 256 tokens of context, candidates wanted. Prefill: one prompt of 512 tokens.
 * Wall times are medians; CPU is the process's mean, user and system. Start: the first figure makes
 * the graph if no earlier run did.
 */
final class CpuEngineBenchmark {
  private static final int[] BATCHES = {1, 8, 16, 32};
  private static final int CONTEXT = 256;
  private static final int PROMPT = 512;
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final SplittableRandom random = new SplittableRandom(1);
  private final EngineDriver driver;
  private final int steps;

  private CpuEngineBenchmark(Engine engine, int steps) {
    this.driver = new EngineDriver(engine);
    this.steps = steps;
  }

  public static void main(String[] args) {
    Path model = Engines.shippedModel();
    int threads = 1;
    int steps = 100;
    int i = 0;
    for (; i < args.length && args[i].startsWith("--"); i += 2) {
      switch (args[i]) {
        case "--model" -> model = Path.of(args[i + 1]);
        case "--threads" -> threads = Integer.parseInt(args[i + 1]);
        case "--steps" -> steps = Integer.parseInt(args[i + 1]);
        default -> throw new IllegalArgumentException(args[i]);
      }
    }
    for (String precision : Arrays.copyOfRange(args, i, args.length)) {
      for (int start = 0; start < 2; start++) {
        long begin = System.nanoTime();
        LoadedEngine loaded = Engines.open(model, precision, 32, 1024, threads);
        System.out.printf("start %.0f ms: ", (System.nanoTime() - begin) / 1e6);
        System.out.println(loaded.description());
        try (Engine engine = loaded.engine()) {
          if (start == 1) {
            new CpuEngineBenchmark(engine, steps).run();
          }
        }
      }
    }
  }

  private void run() {
    for (int batch : BATCHES) {
      decode(batch);
    }
    prefill();
  }

  private void decode(int batch) {
    int vocabulary = driver.engine.shape().vocabulary();
    driver.truncate(0, 0);
    driver.append(0, EngineDriver.tokens(random, CONTEXT, vocabulary));
    for (int slot = 0; slot < batch; slot++) {
      driver.engine.copyKv(0, slot, CONTEXT);
      driver.truncate(slot, CONTEXT);
    }
    report(
        "decode, batch " + batch,
        batch,
        steps,
        () -> {
          driver.step();
          for (int slot = 0; slot < batch; slot++) {
            driver.truncate(slot, CONTEXT);
            driver.row(slot, LogitsMode.CANDIDATES, random.nextInt(vocabulary));
          }
          driver.run();
        });
  }

  private void prefill() {
    int[] prompt = EngineDriver.tokens(random, PROMPT, driver.engine.shape().vocabulary());
    report(
        "prefill, " + PROMPT + " tokens",
        PROMPT,
        Math.max(3, steps / 10),
        () -> {
          driver.truncate(0, 0);
          driver.step().row(0, LogitsMode.CANDIDATES, prompt).run();
        });
  }

  private static void report(String what, int tokens, int times, Runnable step) {
    double[] wall = new double[times];
    long cpuBegin = 0;
    for (int i = -times / 4; i < times; i++) {
      if (i == 0) {
        cpuBegin = SYSTEM.getProcessCpuTime();
      }
      long begin = System.nanoTime();
      step.run();
      if (i >= 0) {
        wall[i] = (System.nanoTime() - begin) / 1e6;
      }
    }
    double cpu = (SYSTEM.getProcessCpuTime() - cpuBegin) / 1e6 / times;
    Arrays.sort(wall);
    double median = wall[times / 2];
    System.out.printf(
        "  %-22s %8.1f tokens/s, step %.3f ms (best %.3f), CPU %.3f ms a step%n",
        what, tokens * 1000 / median, median, wall[0], cpu);
  }
}
