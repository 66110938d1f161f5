package kz.qaqpa.latency;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.random.RandomGenerator;
import kz.qaqpa.batching.BatchingEngine;
import kz.qaqpa.batching.BatchingEngines;
import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.batching.BatchingStats;
import kz.qaqpa.batching.GenerationRequest;
import kz.qaqpa.batching.StepListener;
import kz.qaqpa.batching.TokenStream;
import kz.qaqpa.batching.sample.SamplingParams;
import kz.qaqpa.cli.bench.BenchProgram;
import kz.qaqpa.cli.bench.result.BenchResult;
import kz.qaqpa.cli.bench.result.Figure;
import kz.qaqpa.cli.bench.result.Figure.Better;
import kz.qaqpa.cli.bench.result.Machine;
import kz.qaqpa.cli.client.Options;
import kz.qaqpa.engine.Engine;
import kz.qaqpa.engine.EngineProvider;
import kz.qaqpa.engine.EngineSettings;
import kz.qaqpa.engine.model.RopeScaling;
import kz.qaqpa.fixture.EngineProviders;
import kz.qaqpa.testing.RandomCheckpoint;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * {@code ./qaqpa bench latency}: what lies between two tokens of running answers, with and without
 * a long prompt read beside them, and the share of steps that is not the engine's. Through the real
 * step loop on the embedded engine, without HTTP.
 */
public final class LatencyBench {
  private static final int[] STREAMS = {32, 8, 1};
  private static final int SLOTS = 33;
  private static final int QUIET_STEPS = 60;
  private static final int SHORT = 20;

  private final PrintStream out;
  private final RandomGenerator random = new SplittableRandom(1);
  private final Scheduler edge = Schedulers.newSingle("edge", true);
  private final int vocabulary;
  private final int slotLength;
  private final Clock clock = new Clock();
  private final BatchingEngine batching;

  /** Hears of steps on the step loop; written by it alone. */
  private static final class Clock implements StepListener {
    private volatile @Nullable List<Double> with;
    private volatile @Nullable List<Double> without;
    private volatile @Nullable List<Double> cells;
    private volatile long steps;
    private long last;

    @Override
    @SuppressWarnings({
      "NonAtomicVolatileUpdate",
      "NonAtomicOperationOnVolatileField"
    }) // One writer.
    public void onStep(int rows, int tokens, long engineNanos) {
      long now = System.nanoTime();
      List<Double> to = tokens > rows ? with : without;
      if (to != null && last != 0) {
        to.add((now - last) / 1e6);
      }
      last = now;
      List<Double> alone = cells;
      if (alone != null) {
        alone.add(engineNanos / 1e6 / (tokens / 64.0));
      }
      steps++;
    }

    /** What a cell of 64 tokens takes, from now on; for steps that read prompts alone. */
    void recordCells(@Nullable List<Double> alone) {
      cells = alone;
    }

    void record(@Nullable List<Double> quiet, @Nullable List<Double> busy) {
      without = quiet;
      with = busy;
    }
  }

  private LatencyBench(Engine engine, Duration bound, PrintStream out) {
    this.out = out;
    this.vocabulary = engine.shape().vocabulary();
    this.slotLength = engine.shape().slotLength();
    BatchingSettings settings =
        BatchingSettings.defaults().withReuseDecodedPrefixes(false).withInterTokenLatency(bound);
    this.batching = BatchingEngines.start(engine, "bench", settings, clock);
  }

  /**
   * Measures and prints.
   *
   * @param args {@code --rounds N}: prompts for each number of streams, 12 by default; {@code
   *     --random}: a checkpoint with random weights and prompts of 2,000 tokens, instead of the
   *     shipped model and 800; {@code --bound MILLIS}: {@code interTokenLatency}, 0 by default;
   *     {@code --against FILE}
   */
  public static void main(String[] args) throws InterruptedException {
    BenchProgram.main(
        "latency", args, Set.of("rounds", "bound"), Set.of("random"), LatencyBench::run);
  }

  private static BenchResult run(Options options, PrintStream out)
      throws IOException, InterruptedException {
    Machine machine = Machine.here();
    Instant begin = Instant.now();
    Path root = BenchProgram.root();
    boolean random = options.has("random");
    Path model = random ? randomModel(root) : root.resolve("config/models/kaz-mini");
    EngineProvider cpu = EngineProviders.named("cpu");
    Path cache = root.resolve("gateway/target/engine-cache").toAbsolutePath();
    int threads = Runtime.getRuntime().availableProcessors();
    EngineSettings settings =
        new EngineSettings("f32", SLOTS, random ? 2_560 : 1_536, threads, cache);
    LatencyBench bench =
        new LatencyBench(
            cpu.open(model, settings, line -> {}).engine(),
            Duration.ofMillis(options.number("bound", 0, 0, 3_600_000)),
            out);
    List<Figure> figures;
    int rounds = options.number("rounds", 12, 1, 1_000);
    try {
      figures = bench.measure(random ? 2_000 : 800, rounds);
    } finally {
      bench.batching.close();
      bench.edge.dispose();
    }
    Map<String, String> told =
        Map.of(
            "model",
            String.valueOf(model.getFileName()),
            "rounds",
            String.valueOf(rounds),
            "bound",
            options.get("bound", "0"));
    BenchResult result = new BenchResult("latency", machine, begin, new TreeMap<>(told), figures);
    Path folder = Files.createDirectories(root.resolve("target/bench/latency"));
    result.write(folder.resolve("latency.json"));
    return result;
  }

  private static Path randomModel(Path root) throws IOException {
    Path folder = root.resolve("gateway/target/latency-model");
    Files.createDirectories(folder);
    RandomCheckpoint.llama31ScaledDown()
        .rope(4_096, 500_000, new RopeScaling.None())
        .write(folder, 1);
    return folder;
  }

  private List<Figure> measure(int promptTokens, int rounds) throws InterruptedException {
    List<Figure> figures = new ArrayList<>();
    load(8, promptTokens, 3); // So that the just-in-time compilers are done.
    double[] cells = cellMillis(promptTokens);
    double cell = at(cells, 50);
    out.printf("a cell of 64 tokens alone: median %.1f, p99 %.1f ms%n%n", cell, at(cells, 99));
    out.println(
        "| streams | without: median, p99 | with: median, p99 | ratio of medians, of p99 "
            + "| without + a cell: medians, p99s | steps outside the engine |");
    out.println("|---|---|---|---|---|---|");
    for (int streams : STREAMS) {
      load(streams, promptTokens, 2);
      Load load = load(streams, promptTokens, rounds);
      out.printf(
          "| %d | %.1f, %.1f | %.1f, %.1f | %.2f, %.2f | %.1f, %.1f | %.1f %% |%n",
          streams,
          at(load.without, 50),
          at(load.without, 99),
          at(load.with, 50),
          at(load.with, 99),
          at(load.with, 50) / at(load.without, 50),
          at(load.with, 99) / at(load.without, 99),
          at(load.without, 50) + cell,
          at(load.without, 99) + at(cells, 99),
          100 * load.outside);
      String name = "streams" + streams;
      figures.add(one(name + ".without.median", "ms", at(load.without, 50)));
      figures.add(one(name + ".without.p99", "ms", at(load.without, 99)));
      figures.add(one(name + ".with.median", "ms", at(load.with, 50)));
      figures.add(one(name + ".with.p99", "ms", at(load.with, 99)));
      figures.add(one(name + ".ratio", Figure.RATIO, at(load.with, 50) / at(load.without, 50)));
      figures.add(one(name + ".outside", Figure.RATIO, load.outside));
    }
    return figures;
  }

  private static Figure one(String name, String unit, double value) {
    return Figure.of(name, unit, Better.LOWER, value);
  }

  private record Load(double[] without, double[] with, double outside) {}

  /** Answers run; now and then a prompt is read beside them. */
  private Load load(int streams, int promptTokens, int rounds) throws InterruptedException {
    int perRound = QUIET_STEPS + promptTokens / 32 + 20;
    List<TokenStream> answers = new ArrayList<>();
    CountDownLatch begun = new CountDownLatch(streams);
    List<Double> without = new ArrayList<>();
    List<Double> with = new ArrayList<>();
    long engine = 0;
    long loop = 0;
    for (int round = 0; round < rounds; round++) {
      if (round * perRound % (slotLength - SHORT - perRound) < perRound) {
        answers.forEach(TokenStream::close);
        awaitIdle();
        answers.clear();
        begun = new CountDownLatch(streams);
        for (int i = 0; i < streams; i++) {
          answers.add(submit(SHORT, slotLength - SHORT, begun));
        }
        begun.await();
      }
      awaitSteps(10);
      BatchingStats before = batching.stats();
      clock.record(without, null);
      awaitSteps(QUIET_STEPS);
      clock.record(null, null);
      BatchingStats after = batching.stats();
      engine += after.engineNanos() - before.engineNanos();
      loop += after.loopNanos() - before.loopNanos();
      CountDownLatch read = new CountDownLatch(1);
      clock.record(null, with);
      TokenStream reader = submit(promptTokens, 1, read);
      read.await();
      clock.record(null, null);
      reader.close();
    }
    answers.forEach(TokenStream::close);
    awaitIdle();
    return new Load(sorted(without), sorted(with), loop / (double) (engine + loop));
  }

  /** Of a prompt that is read alone, as many cells a step as a step carries; sorted. */
  private double[] cellMillis(int promptTokens) throws InterruptedException {
    List<Double> each = new ArrayList<>();
    clock.recordCells(each);
    for (int i = 0; i < 40; i++) {
      CountDownLatch read = new CountDownLatch(1);
      TokenStream reader = submit(promptTokens, 1, read);
      read.await();
      reader.close();
      awaitIdle();
    }
    clock.recordCells(null);
    return sorted(each);
  }

  private TokenStream submit(int promptTokens, int maxTokens, CountDownLatch begun) {
    int[] prompt = random.ints(promptTokens, 3, vocabulary).toArray();
    TokenStream stream =
        batching.submit(
            new GenerationRequest(
                "r",
                "bench",
                random.nextLong(),
                prompt,
                maxTokens,
                SamplingParams.greedy(),
                new int[0],
                Long.MAX_VALUE));
    boolean[] first = {true};
    stream
        .flux(edge)
        .subscribe(
            _ -> {
              if (first[0]) {
                first[0] = false;
                begun.countDown();
              }
            },
            _ -> {});
    return stream;
  }

  private void awaitSteps(int count) throws InterruptedException {
    long until = clock.steps + count;
    while (clock.steps < until) {
      Thread.sleep(1);
    }
  }

  private void awaitIdle() throws InterruptedException {
    while (batching.stats().running() + batching.stats().waiting() > 0) {
      Thread.sleep(1);
    }
  }

  private static double[] sorted(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    return sorted;
  }

  private static double at(double[] sorted, int percent) {
    return sorted.length == 0
        ? Double.NaN
        : sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)];
  }
}
