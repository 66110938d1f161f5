package kz.qaqpa.batching.simulate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.batching.FairnessSettings;
import kz.qaqpa.batching.GenerationFailure;
import kz.qaqpa.batching.GenerationRequest;
import kz.qaqpa.batching.TokenEvent;
import kz.qaqpa.batching.TokenStream;
import kz.qaqpa.batching.kv.BlockHash;
import kz.qaqpa.batching.kv.host.HostMemory;
import kz.qaqpa.batching.sample.SamplingParams;
import kz.qaqpa.batching.schedule.PlannedStep;
import kz.qaqpa.batching.schedule.Scheduler;
import kz.qaqpa.batching.schedule.Sequence;
import kz.qaqpa.batching.schedule.Tally;
import kz.qaqpa.batching.schedule.Tally.Item;
import kz.qaqpa.batching.schedule.TokenOutlet;
import kz.qaqpa.engine.EngineShape;
import kz.qaqpa.engine.StepResult;
import org.jspecify.annotations.Nullable;

/**
 * Confined to its thread. One trace under one policy: the real scheduler, slots and prefix cache,
 * an engine that only takes time, and a clock that is moved.
 */
final class Simulation {
  private static final int VOCABULARY = 32_000;
  private static final long SECOND = 1_000_000_000L;

  private final Trace trace;
  private final BatchingSettings settings;
  private final CostModel cost;
  private final EngineShape shape;
  private final Scheduler scheduler;
  private final Tally tally = new Tally();
  private final Map<String, Agency> agencies = new LinkedHashMap<>();
  private final List<double[]> samples = new ArrayList<>(); // [second][agency] service
  private final List<boolean[]> waits = new ArrayList<>(); // [second][agency] whether all second
  private final List<Double> ttft = new ArrayList<>();
  private final List<Double> lightTtft = new ArrayList<>();

  /** What each agency would ask for if all asked for the same. */
  private final double share;

  private long now;

  /** One agency's service so far, all that it will ask for, and how many of its requests wait. */
  private static final class Agency {
    double demand;
    double service;
    int waiting;
    boolean waitedAllSecond;
  }

  Simulation(Trace trace, BatchingSettings settings, CostModel cost, int slots) {
    this.trace = trace;
    this.settings = settings;
    this.cost = cost;
    this.shape = new EngineShape(VOCABULARY, slots, 2_048, slots + 4_096, 64, 1, 1, 1, "simulated");
    long bytes = settings.hostCache().bytes();
    int hostBlocks = HostMemory.blocksIn(bytes, cost.bytesPerToken(), shape.prefillChunk());
    this.scheduler = new Scheduler(shape, settings, BlockHash.CHAINED, tally, hostBlocks);
    for (Trace.Arrival a : trace.arrivals()) {
      agencies.computeIfAbsent(a.agency(), _ -> new Agency()).demand +=
          a.prompt() * settings.fairness().promptWeight()
              + a.output() * settings.fairness().outputWeight();
    }
    this.share = agencies.values().stream().mapToDouble(a -> a.demand).sum() / agencies.size();
  }

  /** Hears what one request gets. */
  private final class Outlet implements TokenOutlet {
    private final Agency agency;
    private final long submitted;
    private int read;
    private boolean hasBegun;

    Outlet(Agency agency, long submitted) {
      this.agency = agency;
      this.submitted = submitted;
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public boolean hasRoom() {
      return true;
    }

    @Override
    public void leftQueue() {
      agency.waiting--;
      agency.waitedAllSecond &= agency.waiting > 0;
    }

    @Override
    public void promptRead(int tokens) {
      agency.service += (tokens - read) * settings.fairness().promptWeight();
      read = tokens;
    }

    @Override
    public void prefilled(TokenStream.Prefill prefill) {
      FairnessSettings weights = settings.fairness();
      agency.service -= prefill.cachedTokens() * (weights.promptWeight() - weights.cachedWeight());
    }

    @Override
    public void push(int token, TokenEvent.@Nullable Logprobs logprobs) {
      agency.service += settings.fairness().outputWeight();
      if (!hasBegun) {
        hasBegun = true;
        double seconds = (now - submitted) / 1e9;
        ttft.add(seconds);
        if (agency.demand <= share) {
          lightTtft.add(seconds);
        }
      }
    }

    @Override
    public void finish(TokenEvent.End end) {}

    @Override
    public void fail(GenerationFailure failure) {
      throw new AssertionError("a request failed in the simulation", failure);
    }

    @Override
    public void discard() {}
  }

  /** Replays the trace until its last request has come, and tells what was measured until then. */
  Outcome run() {
    long start = System.nanoTime();
    StepResult result = new OneToken();
    int next = 0;
    double end = trace.arrivals().getLast().seconds();
    while (now < end * SECOND) {
      while (next < trace.arrivals().size() && nanos(trace.arrivals().get(next)) <= now) {
        submit(trace.arrivals().get(next), next++);
      }
      PlannedStep step = scheduler.plan(now);
      if (step.isEmpty()) {
        sampleUntil(nanos(trace.arrivals().get(next)));
      } else {
        execute(step, result);
      }
    }
    return new Outcome(
        settings.policy(),
        end,
        tally.get(Item.OUTPUT_TOKENS) / end,
        agencies.values().stream().mapToDouble(a -> a.service).sum() / end,
        share(Item.CACHED_PROMPT_TOKENS),
        share(Item.HOST_CACHED_PROMPT_TOKENS),
        tally.get(Item.PREEMPTIONS),
        sorted(ttft),
        sorted(lightTtft),
        ServiceGap.of(samples, waits),
        end / ((System.nanoTime() - start) / 1e9));
  }

  private double share(Item item) {
    return tally.get(item) / (double) tally.get(Item.PROMPT_TOKENS);
  }

  private void execute(PlannedStep step, StepResult result) {
    long moves = cost.nanos(step.moves());
    int blocks = CostModel.blocks(step.moves());
    scheduler.costs().moved(blocks, moves);
    sampleUntil(now + moves);
    if (step.plan().rows() > 0) {
      long nanos = cost.nanos(step.plan());
      scheduler.costs().executed(step.plan().rows(), step.plan().tokens(), nanos);
      sampleUntil(now + nanos);
      scheduler.apply(step, result, now);
    }
  }

  private static double[] sorted(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
  }

  private static long nanos(Trace.Arrival arrival) {
    return (long) (arrival.seconds() * SECOND);
  }

  private void sampleUntil(long time) {
    while ((samples.size() + 1) * SECOND <= time) {
      samples.add(agencies.values().stream().mapToDouble(a -> a.service).toArray());
      boolean[] waited = new boolean[agencies.size()];
      int i = 0;
      for (Agency agency : agencies.values()) {
        waited[i++] = agency.waitedAllSecond;
        agency.waitedAllSecond = agency.waiting > 0;
      }
      waits.add(waited);
    }
    now = time;
  }

  private void submit(Trace.Arrival arrival, int number) {
    Agency agency = agencies.get(arrival.agency());
    if (agency == null) {
      throw new IllegalStateException(arrival.agency() + ": not of this trace");
    }
    agency.waiting++;
    int most = shape.slotLength();
    int promptTokens = Math.min(arrival.prompt(), most - 1);
    GenerationRequest request =
        new GenerationRequest(
            "r" + number,
            arrival.agency(),
            arrival.agency().hashCode(),
            prompt(arrival, promptTokens, number),
            Math.min(arrival.output(), most - promptTokens),
            SamplingParams.greedy(),
            new int[0],
            Long.MAX_VALUE,
            arrival.priorityClass(),
            0);
    long submitted = nanos(arrival);
    scheduler.enqueue(
        new Sequence(request, new Outlet(agency, submitted), 64, BlockHash.CHAINED, submitted));
  }

  private static int[] prompt(Trace.Arrival arrival, int length, int number) {
    SplittableRandom shared = new SplittableRandom(arrival.prefix().hashCode());
    SplittableRandom own = new SplittableRandom(number);
    int[] tokens = new int[length];
    for (int i = 0; i < length; i++) {
      tokens[i] = (i < arrival.prefixTokens() ? shared : own).nextInt(VOCABULARY);
    }
    return tokens;
  }

  /** Every row's best token is the same: what answers say is of no interest here. */
  private static final class OneToken implements StepResult {
    @Override
    public int candidates(int row) {
      return CANDIDATES;
    }

    @Override
    public int candidateId(int row, int rank) {
      return rank;
    }

    @Override
    public float candidateLogit(int row, int rank) {
      return -rank;
    }

    @Override
    public float logSumExp(int row) {
      return 1;
    }

    @Override
    public void logits(int row, float[] into) {
      throw new IllegalStateException("logits: not asked for");
    }
  }
}
