package kz.qaqpa.cli.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import kz.qaqpa.cli.bench.BenchReport.Memory;
import kz.qaqpa.cli.bench.BenchReport.Prefix;
import kz.qaqpa.cli.bench.BenchReport.Sample;
import kz.qaqpa.cli.bench.profile.Profiling;
import kz.qaqpa.cli.bench.result.Machine;
import kz.qaqpa.tokenizer.BpeTokenizer;

/** Measures: rounds of gateway and engine loop, each round and number of streams in turn. */
public final class BenchRun {
  private static final int PREFIX_TOKENS = 500;

  /** Where most deployments are, and what the aim for processor time is about. */
  private static final int PROFILED_STREAMS = 32;

  private static final int WARM_UP_STREAMS = 32;

  private static final int SHORT_ANSWERS = 500;
  private static final int SHORT = 2;

  /** Part of the gateway's processor time below which its compilers are done. */
  private static final double COMPILED = 0.01;

  private final Plan plan;
  private final PrintStream progress;
  private final Profiling profiling;

  /**
   * What to measure.
   *
   * @param root of the project, for prompts
   * @param model folder
   * @param config folder
   * @param folder for logs and request files; made when needed
   * @param streams numbers of them, one after the other
   * @param warmUps at most; none follows once the compilers are done
   * @param rounds 1 or more
   * @param budget after which no further round begins
   * @param starts of the server, for the ready time
   * @param requests of one round: this many for each stream, and at least twice as many in all
   * @param mostRequests of one round, unless there are more streams
   * @param maxTokens of the longest answers; the shortest have half
   * @param prefixes requests of a round behind a long prefix, cold and warm each
   */
  public record Plan(
      Path root,
      Path model,
      Path config,
      Path folder,
      List<Integer> streams,
      int warmUps,
      int rounds,
      Duration budget,
      int starts,
      int requests,
      int mostRequests,
      int maxTokens,
      int prefixes) {

    /** All figures, three to four minutes. */
    public static Plan full(Path root, Path model, Path config, Path folder) {
      return new Plan(
          root,
          model,
          config,
          folder,
          List.of(1, 4, 8, 16, 32, 64),
          2,
          5,
          Duration.ofSeconds(150),
          3,
          8,
          128,
          128,
          20);
    }

    /** Whether everything works, and roughly how fast; half a minute. */
    public static Plan quick(Path root, Path model, Path config, Path folder) {
      return new Plan(
          root,
          model,
          config,
          folder,
          List.of(1, 8, 32),
          1,
          1,
          Duration.ofSeconds(30),
          1,
          2,
          64,
          48,
          10);
    }

    private int requests(int streamsNow) {
      int wished = Math.max(streamsNow * requests, 2 * requests);
      return Math.max(streamsNow, Math.min(wished, mostRequests));
    }

    private Map<String, String> settings() {
      Map<String, String> settings = new LinkedHashMap<>();
      settings.put("model", String.valueOf(model.getFileName()));
      settings.put("streams", streams.toString());
      settings.put("requests", requests + " a stream, at most " + mostRequests);
      settings.put("maxTokens", maxTokens / 2 + " to " + maxTokens);
      settings.put("prefix", PREFIX_TOKENS + " tokens");
      return settings;
    }
  }

  /**
   * Prepares the folder of the plan.
   *
   * @param profiling of gateway and loop at 32 streams, after everything was measured
   */
  public BenchRun(Plan plan, PrintStream progress, Profiling profiling) throws IOException {
    Files.createDirectories(plan.folder);
    this.plan = plan;
    this.progress = progress;
    this.profiling = profiling;
  }

  /**
   * Runs everything.
   *
   * @return the figures, which are also in {@code bench.json} of the folder
   */
  public BenchReport measure() throws IOException, InterruptedException {
    Machine machine = Machine.here();
    Instant begin = Instant.now();
    Path model = EndlessModel.make(plan.model, plan.folder);
    List<Double> ready = new ArrayList<>();
    for (int i = 0; i < plan.starts; i++) {
      ready.add(BenchSides.millisUntilReady(plan.folder, model, plan.config));
      progress.printf("ready after %.0f ms%n", ready.getLast());
    }
    try (BenchSides sides = BenchSides.start(plan.folder, model, plan.config)) {
      long idle = sides.gateway().memoryMib("VmRSS");
      Workload work =
          Workload.read(sides.servedModel(), plan.root.resolve("config/prompts/kazakh.jsonl"));
      warmUp(work, sides);
      List<Sample> samples = new ArrayList<>();
      List<Prefix> prefixes = new ArrayList<>();
      BpeTokenizer tokenizer = BpeTokenizer.load(model);
      long start = System.nanoTime();
      for (int round = 0; round < plan.rounds && (round == 0 || isInTime(start)); round++) {
        round(round, work, sides, samples);
        prefixes.add(prefix(work, tokenizer, sides));
      }
      Memory memory =
          new Memory(idle, sides.gateway().memoryMib("VmRSS"), sides.gateway().memoryMib("VmHWM"));
      BenchReport report =
          new BenchReport(machine, begin, plan.settings(), ready, samples, prefixes, memory);
      report.result().write(plan.folder.resolve("bench.json"));
      profile(work, sides);
      return report;
    }
  }

  private boolean isInTime(long start) {
    return System.nanoTime() - start < plan.budget.toNanos();
  }

  /**
   * Until the just-in-time compilers are done: a gateway runs for months, and what they take in its
   * first minutes is no part of what a token costs. What happens once a request is compiled after
   * as many calls as what happens once a token, so most of the warm-up are short answers.
   */
  private void warmUp(Workload work, BenchSides sides) throws IOException {
    double compilers = 1;
    for (int i = 0; i < plan.warmUps && compilers > COMPILED; i++) {
      sides.gateway(WARM_UP_STREAMS, bodies(work.mixed(SHORT_ANSWERS, SHORT)));
      Path bodies = bodies(work.mixed(plan.requests(WARM_UP_STREAMS), plan.maxTokens));
      compilers = sides.gateway(WARM_UP_STREAMS, bodies).compilers();
      sides.loop(WARM_UP_STREAMS, bodies);
      progress.printf("warming up: compilers take %.1f %%%n", 100 * compilers);
    }
  }

  /** Who comes first changes from one measurement to the next, A B B A. */
  private void round(int round, Workload work, BenchSides sides, List<Sample> samples)
      throws IOException {
    for (int i = 0; i < plan.streams.size(); i++) {
      int streams = plan.streams.get(i);
      Path bodies = bodies(work.mixed(plan.requests(streams), plan.maxTokens));
      boolean isGatewayFirst = (round + i) % 2 == 0;
      BenchSides.Alone alone = isGatewayFirst ? null : sides.loop(streams, bodies);
      BenchSides.Served served = sides.gateway(streams, bodies);
      if (alone == null) {
        alone = sides.loop(streams, bodies);
      }
      samples.add(
          new Sample(
              streams,
              served.client(),
              served.cpuMicros(),
              served.compilers(),
              alone.loop(),
              alone.cpuMicros()));
      progress.printf(
          "%d streams, round %d: %.0f tokens/s, CPU %.0f and %.0f us a token%n",
          streams,
          round + 1,
          served.client().tokensPerSecond(),
          served.cpuMicros(),
          alone.cpuMicros());
    }
  }

  private Prefix prefix(Workload work, BpeTokenizer tokenizer, BenchSides sides)
      throws IOException {
    double[] cold =
        sides
            .gateway(1, bodies(work.prefixed(tokenizer, false, plan.prefixes, PREFIX_TOKENS, 4)))
            .client()
            .ttftMillis();
    double[] shared =
        sides
            .gateway(1, bodies(work.prefixed(tokenizer, true, plan.prefixes + 1, PREFIX_TOKENS, 4)))
            .client()
            .ttftMillis();
    double[] warm = Arrays.copyOfRange(shared, 1, shared.length);
    return new Prefix(Samples.median(cold), Samples.median(warm));
  }

  /** Once more at 32 streams. */
  private void profile(Workload work, BenchSides sides) throws IOException, InterruptedException {
    Path bodies = bodies(work.mixed(2 * plan.requests(PROFILED_STREAMS), plan.maxTokens));
    profiling.recordBeside(
        sides.gateway(), "bench-gateway", () -> sides.gateway(PROFILED_STREAMS, bodies));
    profiling.recordBeside(sides.loop(), "bench-loop", () -> sides.loop(PROFILED_STREAMS, bodies));
  }

  private Path bodies(List<String> bodies) throws IOException {
    return Files.write(plan.folder.resolve("bodies.jsonl"), bodies);
  }
}
