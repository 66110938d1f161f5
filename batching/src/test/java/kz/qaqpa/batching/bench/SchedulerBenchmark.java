package kz.qaqpa.batching.bench;

import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.batching.FairnessSettings;
import kz.qaqpa.batching.GenerationRequest;
import kz.qaqpa.batching.PriorityClass;
import kz.qaqpa.batching.SchedulingPolicy;
import kz.qaqpa.batching.admission.Forecast;
import kz.qaqpa.batching.admission.WaitingWork;
import kz.qaqpa.batching.fixture.NullOutlet;
import kz.qaqpa.batching.kv.BlockHash;
import kz.qaqpa.batching.kv.KvSlots;
import kz.qaqpa.batching.kv.PrefixCache;
import kz.qaqpa.batching.queue.Ticket;
import kz.qaqpa.batching.queue.WaitingQueue;
import kz.qaqpa.batching.sample.SamplingParams;
import kz.qaqpa.batching.schedule.PlannedStep;
import kz.qaqpa.batching.schedule.Scheduler;
import kz.qaqpa.batching.schedule.Sequence;
import kz.qaqpa.batching.schedule.Tally;
import kz.qaqpa.batching.schedule.Tally.Item;
import kz.qaqpa.engine.EngineShape;
import kz.qaqpa.engine.StepResult;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a step costs outside the engine: plan and apply with all slots decoding, and more waiting.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SchedulerBenchmark {
  private static final int OUTPUT = 1 << 18; // More than the steps of one iteration.
  private static final int SHORT_OUTPUT = 32; // With 256 slots, eight end in each step.

  @Param("256")
  public int running;

  @Param({"0", "1000"})
  public int waiting;

  private static final int AGENCIES = 27;
  private static final long STEP_NANOS = 20_000_000;

  @Param({"FCFS", "FAIR"})
  public SchedulingPolicy policy = SchedulingPolicy.FAIR;

  private Scheduler scheduler = newScheduler(1);
  private Scheduler churning = newScheduler(1);
  private WaitingQueue<Integer> queue =
      new WaitingQueue<>(policy, FairnessSettings.defaults(), OUTPUT);
  private int arrivals;
  private final Greedy result = new Greedy();
  private final KvSlots slots = new KvSlots(4);
  private final PrefixCache.Match match = new PrefixCache.Match();
  private PrefixCache cache = new PrefixCache(4, 64, 64, BlockHash.CHAINED, true);
  private int[] prompt = {};
  private long[] hashes = {};
  private long now;

  private static final long LATE_NANOS = 4_000_000_000L;
  private WaitingWork work = new WaitingWork(policy, FairnessSettings.defaults());
  private final Tally rates = new Tally();
  private Forecast judgement = new Forecast(work, rates, 256);
  private WaitingWork.Place late = work.place("agency0", PriorityClass.INTERACTIVE, 0);

  /** Work of 27 agencies, some ten seconds of it. */
  private void fillWork() {
    work = new WaitingWork(policy, FairnessSettings.defaults());
    judgement = new Forecast(work, rates, running);
    for (int i = 0; i < AGENCIES; i++) {
      late = work.place("agency" + i, PriorityClass.INTERACTIVE, 0);
      late.add(1_000 + 200 * i, 1_000);
    }
    rates.set(Item.RUNNING, running);
    rates.set(Item.PROMPT_TOKEN_NANOS, 140_000);
    rates.set(Item.READ_TOKEN_NANOS, 280_000);
    rates.set(Item.OUTPUT_TOKEN_NANOS, 330_000);
    rates.set(Item.STEP_NANOS, 10_000_000);
    rates.set(Item.ANSWER_TOKENS, 100);
  }

  private Scheduler newScheduler(int slots) {
    return new Scheduler(
        new EngineShape(128_000, slots, OUTPUT + 64, slots + 512, 64, 1, 1, 1, "bench"),
        BatchingSettings.defaults().withPolicy(policy, FairnessSettings.defaults()),
        BlockHash.CHAINED,
        new Tally(),
        4_096);
  }

  private static Sequence sequence(int i, int output) {
    GenerationRequest request =
        new GenerationRequest(
            "r",
            "agency" + i % AGENCIES,
            i,
            new int[] {i},
            output,
            SamplingParams.greedy(),
            new int[] {-1},
            Long.MAX_VALUE);
    return new Sequence(request, new NullOutlet(), 64, BlockHash.CHAINED, 0);
  }

  /** All slots decode; what waits will never get one. */
  @Setup(Level.Iteration)
  public void fill() {
    fillWork();
    scheduler = newScheduler(running);
    churning = newScheduler(running);
    queue = new WaitingQueue<>(policy, FairnessSettings.defaults(), OUTPUT);
    for (int i = 0; i < running + waiting; i++) {
      scheduler.enqueue(sequence(i, OUTPUT));
      churning.enqueue(sequence(i, 1 + i % SHORT_OUTPUT));
    }
    for (int i = 0; i < waiting; i++) {
      queue.add(
          new Ticket<>(
              i, "agency" + i % AGENCIES, PriorityClass.INTERACTIVE, 0, false, Long.MAX_VALUE));
    }
    for (int i = 0; i < 20; i++) {
      planAndApply();
    }
    prompt = IntStream.range(0, 8_192).toArray();
    hashes = BlockHash.CHAINED.chain(7, prompt, 64);
    cache = new PrefixCache(4, 8_192, 64, BlockHash.CHAINED, true);
    cache.begin(3, 7);
    cache.append(3, prompt, 0, 8_192, true);
  }

  /** One step of the loop without the engine. */
  @Benchmark
  public int planAndApply() {
    PlannedStep step = scheduler.plan(now += STEP_NANOS);
    scheduler.costs().executed(running, running, STEP_NANOS);
    scheduler.apply(step, result, now);
    return step.plan().rows();
  }

  /** The same where eight requests end and eight come, made on this thread as well. */
  @Benchmark
  public int planAndApplyWithEightAdmissions() {
    for (int i = 0; i < 8; i++) {
      churning.enqueue(sequence(arrivals++ & 0xFFFF, SHORT_OUTPUT));
    }
    PlannedStep step = churning.plan(now += STEP_NANOS);
    churning.costs().executed(running, running, STEP_NANOS);
    churning.apply(step, result, now);
    return step.plan().rows();
  }

  /** Judging a request whose turn is not sure to come in time: a look at all agencies. */
  @Benchmark
  public long judgeBeforeTheQueue() {
    return judgement.judge(late, 300, 100, waiting, LATE_NANOS);
  }

  /** Judging one that is too late, and telling when it would not be. */
  @Benchmark
  public long judgeAndTellWhen() {
    return judgement.judge(late, 300, 100, waiting, LATE_NANOS / 4);
  }

  /** One request into the queue and out of it again. */
  @Benchmark
  public int addToQueue() {
    Ticket<Integer> ticket =
        new Ticket<>(
            0,
            "agency" + arrivals++ % AGENCIES,
            PriorityClass.INTERACTIVE,
            0,
            false,
            Long.MAX_VALUE);
    queue.add(ticket);
    queue.remove(ticket);
    queue.end(ticket);
    return queue.size();
  }

  /**
   * Finding a cached prompt of 8,192 tokens: probes of the hash chain and comparison of all ids.
   */
  @Benchmark
  public int findPrefixOf8KTokens() {
    cache.find(7, prompt, hashes, 127, slots, match);
    return match.tokens();
  }

  /** Hashing a prompt of 8,192 tokens, on the submitter's thread. */
  @Benchmark
  public long[] hashPromptOf8KTokens() {
    return BlockHash.CHAINED.chain(7, prompt, 64);
  }

  private static final class Greedy implements StepResult {
    @Override
    public int candidates(int row) {
      return CANDIDATES;
    }

    @Override
    public int candidateId(int row, int rank) {
      return row + rank;
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
