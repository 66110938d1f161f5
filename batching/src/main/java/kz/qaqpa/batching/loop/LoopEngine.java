package kz.qaqpa.batching.loop;

import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import kz.qaqpa.batching.BatchingEngine;
import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.batching.BatchingStats;
import kz.qaqpa.batching.EnginePulse;
import kz.qaqpa.batching.GenerationRequest;
import kz.qaqpa.batching.StepListener;
import kz.qaqpa.batching.SubmitRefusal;
import kz.qaqpa.batching.SubmitRefusal.Reason;
import kz.qaqpa.batching.TokenEvent;
import kz.qaqpa.batching.TokenStream;
import kz.qaqpa.batching.admission.Forecast;
import kz.qaqpa.batching.admission.WaitingWork;
import kz.qaqpa.batching.admission.WaitingWork.Place;
import kz.qaqpa.batching.kv.BlockHash;
import kz.qaqpa.batching.kv.host.HostMemory;
import kz.qaqpa.batching.sample.EarlyMask;
import kz.qaqpa.batching.sample.TokenMask;
import kz.qaqpa.batching.schedule.ChoiceGroup;
import kz.qaqpa.batching.schedule.Scheduler;
import kz.qaqpa.batching.schedule.Sequence;
import kz.qaqpa.batching.schedule.Tally;
import kz.qaqpa.batching.schedule.Tally.Item;
import kz.qaqpa.engine.Engine;
import kz.qaqpa.engine.EngineShape;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Any thread. The handle of a {@link StepLoop}: refuses, hands over, reads counters. */
public final class LoopEngine implements BatchingEngine {
  private static final Logger LOG = LoggerFactory.getLogger(LoopEngine.class);

  private final EngineShape shape;
  private final BatchingSettings settings;
  private final BlockHash hash;
  private final Tally tally;
  private final Backlog backlog;
  private final WaitingWork work;
  private final Forecast forecast;
  private final StepLoop loop;
  private final int hostBlocks;
  private final TokenEvent.@Nullable Token[] tokens;
  private volatile boolean draining;

  private LoopEngine(
      EngineShape shape,
      BatchingSettings settings,
      BlockHash hash,
      Tally tally,
      Backlog backlog,
      StepLoop loop,
      int hostBlocks) {
    this.shape = shape;
    this.settings = settings;
    this.hash = hash;
    this.tally = tally;
    this.backlog = backlog;
    this.work = new WaitingWork(settings.policy(), settings.fairness());
    this.forecast = new Forecast(work, tally, shape.slots());
    this.loop = loop;
    this.hostBlocks = hostBlocks;
    this.tokens = new TokenEvent.Token[shape.vocabulary()];
  }

  /** Starts the step loop of an engine, see {@link kz.qaqpa.batching.BatchingEngines}. */
  public static LoopEngine start(
      Engine engine,
      Supplier<Engine> again,
      String modelName,
      BatchingSettings settings,
      StepListener listener) {
    return start(engine, again, modelName, settings, listener, BlockHash.CHAINED);
  }

  /** The same with another hash, for tests that force collisions. */
  @SuppressWarnings("MustBeClosedChecker") // The loop closes the memory at its end.
  public static LoopEngine start(
      Engine engine,
      Supplier<Engine> again,
      String modelName,
      BatchingSettings settings,
      StepListener listener,
      BlockHash hash) {
    EngineShape shape = engine.shape();
    Tally tally = new Tally();
    long bytesPerToken = engine.kvBytesPerToken();
    int block = shape.prefillChunk();
    int hostBlocks = HostMemory.blocksIn(settings.hostCache().bytes(), bytesPerToken, block);
    int blockBytes = hostBlocks == 0 ? 0 : Math.toIntExact(bytesPerToken * block);
    HostMemory memory = new HostMemory(Arena.ofShared(), hostBlocks, blockBytes);
    Scheduler scheduler = new Scheduler(shape, settings, hash, tally, hostBlocks);
    int ring = settings.commandRing();
    StepLoop loop =
        new StepLoop(engine, again, modelName, scheduler, tally, listener, memory, ring);
    Backlog backlog = new Backlog(settings.queueRequests(), settings.queueTokens());
    LoopEngine handle = new LoopEngine(shape, settings, hash, tally, backlog, loop, hostBlocks);
    loop.thread().start();
    return handle;
  }

  @Override
  public List<TokenStream> submit(GenerationRequest request, int choices) {
    if (choices < 1 || choices > MOST_CHOICES) {
      throw new IllegalArgumentException(
          "n: " + choices + " (expected: 1 to " + MOST_CHOICES + ")");
    }
    requireOpen();
    int promptTokens = request.prompt().length;
    requireFits(promptTokens, request.maxTokens());
    requireTokens("logit_bias", request.sampling().logitBias().largestId());
    TokenMask mask = request.sampling().mask();
    requireTokens("mask", mask == null ? -1 : mask.largestId());
    EarlyMask early = request.sampling().early();
    requireTokens("mask", early == null ? -1 : early.mask().largestId());
    Backlog.Entry queued = enqueued(request, choices);
    if (queued == null) {
      throw new SubmitRefusal(Reason.QUEUE_FULL, "the waiting queue is full");
    }
    List<RingTokenStream> streams = new ArrayList<>(choices);
    for (int i = 0; i < choices; i++) {
      streams.add(new RingTokenStream(settings.streamRing(), tokens, queued, loop.leavers()));
    }
    handOver(request, streams);
    return List.copyOf(streams);
  }

  /** Counts the request in, unless its turn would come too late; null if too much waits. */
  private Backlog.@Nullable Entry enqueued(GenerationRequest request, int choices) {
    Place place = work.place(request.agency(), request.priorityClass(), request.priority());
    int answer = forecast.answerTokens(request.sampling().minTokens(), request.maxTokens());
    if (request.deadlineNanos() != Long.MAX_VALUE) {
      long left = request.deadlineNanos() - System.nanoTime();
      int prompt = request.prompt().length;
      long again = forecast.judge(place, prompt, answer, backlog.requests(), left);
      if (again != Forecast.IN_TIME) {
        throw SubmitRefusal.tooLate(again == Forecast.HOPELESS ? null : Duration.ofNanos(again));
      }
    }
    return backlog.enter(choices, request.prompt().length, answer, place);
  }

  private void handOver(GenerationRequest request, List<RingTokenStream> streams) {
    boolean taken = false;
    try {
      taken = loop.commands().offer(sequence(request, streams));
    } finally {
      if (!taken) {
        streams.forEach(RingTokenStream::leftQueue);
      }
    }
    if (!taken) {
      throw new SubmitRefusal(Reason.QUEUE_FULL, "the step loop takes no more at the moment");
    }
    if (loop.hasEnded()) {
      loop.abandonLate();
    }
  }

  private Sequence sequence(GenerationRequest request, List<RingTokenStream> streams) {
    int block = shape.prefillChunk();
    long now = System.nanoTime();
    List<Sequence> sequences =
        streams.size() == 1
            ? List.of(new Sequence(request, streams.getFirst(), block, hash, now))
            : ChoiceGroup.of(request, streams, block, hash, now);
    for (int i = 0; i < sequences.size(); i++) {
      streams.get(i).carries(sequences.get(i));
    }
    return sequences.getFirst();
  }

  /** A foreign token id must not reach the step loop, whose end it would be. */
  private void requireTokens(String name, int largestId) {
    if (largestId >= shape.vocabulary()) {
      throw new IllegalArgumentException(
          name + ": token " + largestId + " (expected: less than " + shape.vocabulary() + ")");
    }
  }

  private void requireOpen() {
    if (!loop.isHealthy()) {
      throw new SubmitRefusal(Reason.UNHEALTHY, "the engine failed");
    }
    if (draining || loop.hasEnded()) {
      throw new SubmitRefusal(Reason.DRAINING, "the server is stopping");
    }
  }

  private void requireFits(int promptTokens, int maxTokens) {
    if ((long) promptTokens + maxTokens > shape.slotLength()) {
      throw new SubmitRefusal(
          Reason.TOO_LONG,
          "prompt and max_tokens: "
              + promptTokens
              + " + "
              + maxTokens
              + " (expected: at most "
              + shape.slotLength()
              + " together)");
    }
  }

  @Override
  public int room() {
    return Math.max(0, settings.queueRequests() - backlog.requests());
  }

  @Override
  public BatchingStats stats() {
    return new BatchingStats(
        (int) tally.get(Item.RUNNING),
        backlog.requests() + (int) tally.get(Item.PREEMPTED),
        (int) tally.get(Item.STALLED),
        shape.slots(),
        tally.get(Item.KV_TOKENS),
        (long) shape.slots() * shape.slotLength(),
        tally.get(Item.STEPS),
        tally.get(Item.ROWS),
        tally.get(Item.PROMPT_TOKENS),
        tally.get(Item.COMPUTED_PROMPT_TOKENS),
        tally.get(Item.CACHED_PROMPT_TOKENS),
        tally.get(Item.HOST_CACHED_PROMPT_TOKENS),
        tally.get(Item.OUTPUT_TOKENS),
        tally.get(Item.FINISHED),
        tally.get(Item.CANCELLED),
        tally.get(Item.FAILED),
        tally.get(Item.PREEMPTIONS),
        tally.get(Item.RECOMPUTED_TOKENS),
        tally.get(Item.RESTORED_TOKENS),
        hostBlocks,
        (int) tally.get(Item.HOST_BLOCKS_USED),
        (int) tally.get(Item.HOST_BLOCKS_HELD),
        loop.commands().size(),
        settings.commandRing(),
        tally.get(Item.ENGINE_NANOS),
        tally.get(Item.LOOP_NANOS));
  }

  @Override
  public EnginePulse pulse() {
    return new EnginePulse(
        loop.thread().getName(),
        !loop.hasEnded(),
        loop.isBroken(),
        loop.inCallNanos(),
        tally.get(Item.STEPS),
        backlog.requests() + (int) tally.get(Item.PREEMPTED),
        tally.get(Item.STALLED) > 0 && tally.get(Item.STALLED) >= tally.get(Item.RUNNING));
  }

  @Override
  public void restart() {
    loop.restart();
  }

  @Override
  public boolean healthy() {
    return loop.isHealthy() && !loop.hasEnded();
  }

  @Override
  public void drain() {
    draining = true;
  }

  /** Waits at most {@link BatchingSettings#closeTimeout} for the step under way. */
  @Override
  public void close() {
    draining = true;
    loop.stop();
    try {
      Duration timeout = settings.closeTimeout();
      if (Thread.currentThread() != loop.thread() && !loop.thread().join(timeout)) {
        LOG.warn("{} did not end within {}: its engine stays open", loop.thread(), timeout);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * What is wrong with the structure after {@link #close()}: sequences that live, slots that are
   * held, an index that is not whole. Null if nothing is. For tests.
   */
  public @Nullable String problem() {
    if (loop.thread().isAlive()) {
      return "the loop runs";
    }
    return backlog.requests() == 0 && backlog.tokens() == 0 && work.isEmpty()
        ? loop.problem()
        : backlog.requests() + " requests waiting, " + backlog.tokens() + " tokens";
  }
}
