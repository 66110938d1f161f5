package kz.qaqpa.batching.schedule;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.batching.GenerationFailure;
import kz.qaqpa.batching.GenerationRequest;
import kz.qaqpa.batching.TokenEvent;
import kz.qaqpa.batching.TokenEvent.Logprobs;
import kz.qaqpa.batching.fixture.FakeEngine;
import kz.qaqpa.batching.fixture.FakeResult;
import kz.qaqpa.batching.fixture.PseudoModel;
import kz.qaqpa.batching.kv.BlockHash;
import kz.qaqpa.batching.sample.Sampler;
import kz.qaqpa.batching.sample.SamplingParams;
import kz.qaqpa.batching.sample.TokenCounts;
import kz.qaqpa.engine.EngineFault;
import kz.qaqpa.engine.EngineShape;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.engine.StepPlan;
import org.jspecify.annotations.Nullable;

/**
 * Confined to a test. The real scheduler over a fake engine in virtual time: no thread, one step at
 * a time, its structure checked after each.
 */
final class Rig {
  final FakeEngine engine;
  final Scheduler scheduler;
  final Tally tally = new Tally();
  private final EngineShape shape;
  private final BlockHash hash;
  long now = 1_000;

  Rig(FakeEngine engine, BatchingSettings settings, BlockHash hash) {
    this.engine = engine;
    this.shape = engine.shape();
    this.hash = hash;
    this.scheduler = new Scheduler(shape, settings, hash, tally);
  }

  static Rig of(int slots, int slotLength, int cell, BatchingSettings settings) {
    return new Rig(
        new FakeEngine(FakeEngine.shape(97, slots, slotLength, cell), PseudoModel.hashing()),
        settings,
        BlockHash.CHAINED);
  }

  /** What a consumer got; it wants whatever its fields say. */
  static final class Outlet implements TokenOutlet {
    final List<Integer> tokens = new ArrayList<>();
    boolean cancelled;
    boolean room = true;
    int leftQueue;
    int ends;
    TokenEvent.@Nullable End end;
    @Nullable GenerationFailure failure;

    @Override
    public boolean isCancelled() {
      return cancelled;
    }

    @Override
    public boolean hasRoom() {
      return room;
    }

    @Override
    public void leftQueue() {
      leftQueue++;
    }

    @Override
    public void push(int token, @Nullable Logprobs logprobs) {
      tokens.add(token);
    }

    @Override
    public void finish(TokenEvent.End last) {
      end = last;
      ends++;
    }

    @Override
    public void fail(GenerationFailure last) {
      failure = last;
      ends++;
    }

    @Override
    public void discard() {
      ends++;
    }
  }

  /** A request and its consumer. */
  record Call(GenerationRequest request, Outlet outlet, Sequence sequence) {
    GenerationFailure.@Nullable Kind failure() {
      return outlet.failure == null ? null : outlet.failure.kind();
    }
  }

  Call submit(GenerationRequest request) {
    Outlet outlet = new Outlet();
    Sequence sequence = new Sequence(request, outlet, shape.prefillChunk(), hash, now);
    scheduler.enqueue(sequence);
    return new Call(request, outlet, sequence);
  }

  Call submit(int[] prompt, int maxTokens) {
    return submit(greedy(prompt, maxTokens));
  }

  static GenerationRequest greedy(int[] prompt, int maxTokens) {
    return new GenerationRequest(
        "r", "a", 7, prompt, maxTokens, SamplingParams.greedy(), new int[0], Long.MAX_VALUE);
  }

  /** One step in virtual time; returns its plan, without rows if there was nothing to compute. */
  StepPlan step() {
    now += TimeUnit.MILLISECONDS.toNanos(1);
    PlannedStep step = scheduler.plan(now);
    boolean copiesMade = false;
    try {
      for (int i = 0; i < step.copies(); i++) {
        engine.copyKv(step.copyFrom(i), step.copyTo(i), step.copyTokens(i));
      }
      copiesMade = true;
      if (step.plan().rows() > 0) {
        scheduler.apply(step, engine.execute(step.plan()), now);
      }
    } catch (EngineFault.Transient fault) {
      scheduler.failStep(step, copiesMade);
    }
    String problem = scheduler.problem();
    if (problem != null) {
      throw new AssertionError(problem);
    }
    return step.plan();
  }

  /** Steps until nothing lives. */
  void finish(int mostSteps) {
    for (int i = 0; scheduler.hasLive(); i++) {
      if (i == mostSteps) {
        throw new AssertionError("still live after " + mostSteps + " steps");
      }
      step();
    }
  }

  /** The answer of the request run alone, by definition: one context, one model, one sampler. */
  static List<Integer> alone(GenerationRequest request, PseudoModel model, int vocabulary) {
    SamplingParams params = request.sampling();
    Sampler sampler = new Sampler(vocabulary);
    TokenCounts counts =
        Sampler.hasPenalties(params) ? TokenCounts.of(params, request.prompt()) : null;
    int[] context = new int[request.prompt().length + request.maxTokens()];
    System.arraycopy(request.prompt(), 0, context, 0, request.prompt().length);
    List<Integer> output = new ArrayList<>();
    float[] logits = new float[vocabulary];
    while (output.size() < request.maxTokens()) {
      int length = request.prompt().length + output.size();
      model.logits(context, length, logits);
      LogitsMode mode = Sampler.logitsMode(params, counts);
      int token = sampler.sample(params, counts, FakeResult.of(mode, logits), 0, output.size());
      for (int stop : request.stopTokens()) {
        if (stop == token) {
          return output;
        }
      }
      context[length] = token;
      output.add(token);
      if (counts != null) {
        counts.addOutput(token);
      }
    }
    return output;
  }
}
