package kz.qaqpa.engine.trt.check;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import kz.qaqpa.engine.Engine;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.engine.model.LlamaConfig;
import kz.qaqpa.engine.trt.build.BuildProgress;
import kz.qaqpa.engine.trt.build.BuilderResource;
import kz.qaqpa.engine.trt.cuda.CudaDevice;
import kz.qaqpa.engine.trt.device.Device;
import kz.qaqpa.engine.trt.device.Stream;
import kz.qaqpa.engine.trt.fixture.Models;
import kz.qaqpa.engine.trt.graph.Precision;
import kz.qaqpa.engine.trt.memory.Sizing;
import kz.qaqpa.engine.trt.run.EngineOpener;
import kz.qaqpa.engine.trt.run.KernelTime;
import kz.qaqpa.engine.trt.run.TrtEngine;
import kz.qaqpa.testing.EngineDriver;

/** An 8B shape with random weights: how fast, and how near to what memory allows. */
final class LargeModelCheck {
  private static final int SLOTS = 128;
  private static final int LENGTH = 2048;
  private static final int CONTEXT = 1024;
  private static final int WARM_UP = 5;
  private static final int STEPS = 30;
  private static final int COPIES = 20;
  private static final int BLOCK = 256;
  private static final long COPY_BYTES = 2L << 30;

  private final CheckTable table;
  private final BuilderResource resource;
  private final BuildProgress progress;
  private final LlamaConfig config = Models.llama8b();
  private final SplittableRandom random = new SplittableRandom(2);
  private final List<String> outside = new ArrayList<>();

  LargeModelCheck(CheckTable table, BuilderResource resource, BuildProgress progress) {
    this.table = table;
    this.resource = resource;
    this.progress = progress;
  }

  void run() {
    double bandwidth;
    try (Device device = CudaDevice.open()) {
      bandwidth = bandwidth(device);
    }
    table.measured(Rows.BANDWIDTH, "%.0f (read and written)".formatted(bandwidth / 1e9));
    Sizing sizing = Sizing.given(config, Precision.BF16, SLOTS, LENGTH);
    try (Arena arena = Arena.ofShared()) {
      Built built = Built.of(config, sizing, resource, progress, arena);
      table.measured(Rows.LARGE_BUILD, "%.0f".formatted(built.seconds()));
      try (TrtEngine engine =
          EngineOpener.open(
              CudaDevice.open(),
              config,
              new RandomWeights(),
              sizing,
              built.plan(),
              progress.lines())) {
        measure(engine, bandwidth);
      }
    }
  }

  /** Bytes a second, reading and writing counted. */
  private static double bandwidth(Device device) {
    long from = device.allocate(COPY_BYTES);
    long to = device.allocate(COPY_BYTES);
    try (Stream stream = device.stream()) {
      stream.copy(to, from, COPY_BYTES);
      stream.synchronize();
      long start = System.nanoTime();
      for (int i = 0; i < COPIES; i++) {
        stream.copy(to, from, COPY_BYTES);
      }
      stream.synchronize();
      return 2.0 * COPIES * COPY_BYTES / ((System.nanoTime() - start) / 1e9);
    } finally {
      device.free(to);
      device.free(from);
    }
  }

  private void measure(TrtEngine engine, double bandwidth) {
    EngineDriver driver = new EngineDriver(engine);
    prefill(driver);
    for (int batch : new int[] {1, 16, 64, 128}) {
      decode(engine, driver, batch, bandwidth);
    }
    table.measured(Rows.OUTSIDE, String.join(", ", outside));
    copies(engine);
  }

  /** All slots get their context; the second half of them is timed. */
  private void prefill(EngineDriver driver) {
    long nanos = 0;
    int timed = 0;
    for (int slot = 0; slot < SLOTS; slot += 2) {
      int[] first = EngineDriver.tokens(random, CONTEXT, config.vocabulary());
      int[] second = EngineDriver.tokens(random, CONTEXT, config.vocabulary());
      driver.step();
      driver.row(slot, LogitsMode.NONE, first);
      driver.row(slot + 1, LogitsMode.CANDIDATES, second);
      long start = System.nanoTime();
      driver.run();
      if (slot >= SLOTS / 2) {
        nanos += System.nanoTime() - start;
        timed += 2 * CONTEXT;
      }
    }
    table.measured(
        Rows.PREFILL, "%.0f, in steps of %d".formatted(timed / (nanos / 1e9), 2 * CONTEXT));
  }

  private void decode(TrtEngine engine, EngineDriver driver, int batch, double bandwidth) {
    double[] millis = new double[STEPS];
    for (int step = -WARM_UP; step < STEPS; step++) {
      driver.step();
      for (int slot = 0; slot < batch; slot++) {
        driver.row(slot, LogitsMode.CANDIDATES, random.nextInt(config.vocabulary()));
      }
      long start = System.nanoTime();
      driver.run();
      if (step >= 0) {
        millis[step] = (System.nanoTime() - start) / 1e6;
      }
    }
    Arrays.sort(millis);
    double median = millis[STEPS / 2];
    double roofline = roofline(batch, engine.kvBytesPerToken(), bandwidth);
    table.measured(
        Rows.decode(batch),
        "%.0f (%.2f ms a step; roofline %.2f ms, %.0f %% of it)"
            .formatted(batch / median * 1e3, median, roofline, 100 * roofline / median));
    double kernels = KernelTime.millis(engine, batch, STEPS);
    outside.add("batch %d: %.3f ms".formatted(batch, median - kernels));
  }

  /** Milliseconds in which all weights but the embedding, and all contexts, are read once. */
  private double roofline(int batch, long kvBytesPerToken, double bandwidth) {
    long embedding = (long) config.vocabulary() * config.hidden();
    double bytes =
        2.0 * (config.parameters() - embedding) + (double) batch * CONTEXT * kvBytesPerToken;
    return bytes / bandwidth * 1e3;
  }

  private void copies(Engine engine) {
    long start = System.nanoTime();
    for (int i = 0; i < COPIES; i++) {
      engine.copyKv(i % 2, 2 + i % 2, CONTEXT);
    }
    settle(engine, 3);
    double micros = (System.nanoTime() - start) / 1e3 / COPIES;
    table.measured(Rows.COPY, "%.0f".formatted(micros));
    ByteBuffer block = ByteBuffer.allocateDirect((int) (BLOCK * engine.kvBytesPerToken()));
    beside(engine, Rows.WRITE_BESIDE, () -> engine.writeKv(100, 0, BLOCK, block.clear()));
    beside(engine, Rows.READ_BESIDE, () -> engine.readKv(100, 0, BLOCK, block.clear()));
  }

  /** Waits for what was queued before: a block of one token that is handed back is filled. */
  private static void settle(Engine engine, int slot) {
    ByteBuffer one = ByteBuffer.allocateDirect((int) engine.kvBytesPerToken());
    engine.readKv(slot, 0, 1, one);
    engine.writeKv(slot, 0, 1, one.flip());
  }

  /** A block on its way while another slot's step runs, against one after the other. */
  private void beside(Engine engine, String row, Runnable move) {
    EngineDriver driver = new EngineDriver(engine);
    double step = 0;
    double alone = 0;
    double both = 0;
    for (int i = 0; i < COPIES; i++) {
      driver.length[0] = CONTEXT;
      step += time(() -> driver.step().row(0, LogitsMode.CANDIDATES, 1).run());
      alone +=
          time(() -> {
            move.run();
            settle(engine, 100);
          });
      driver.length[0] = CONTEXT;
      both +=
          time(() -> {
            move.run();
            driver.step().row(0, LogitsMode.CANDIDATES, 1).run();
          });
    }
    table.measured(
        row,
        "step %.2f ms, block of %d tokens %.2f ms, both %.2f ms"
            .formatted(step / COPIES, BLOCK, alone / COPIES, both / COPIES));
  }

  private static double time(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / 1e6;
  }
}
