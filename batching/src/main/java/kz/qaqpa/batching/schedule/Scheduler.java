package kz.qaqpa.batching.schedule;

import static kz.qaqpa.batching.schedule.SequenceState.DECODE;
import static kz.qaqpa.batching.schedule.SequenceState.ENDED;
import static kz.qaqpa.batching.schedule.SequenceState.PREFILL;
import static kz.qaqpa.batching.schedule.SequenceState.WAITING;

import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.batching.FinishReason;
import kz.qaqpa.batching.GenerationFailure;
import kz.qaqpa.batching.TokenEvent;
import kz.qaqpa.batching.kv.BlockHash;
import kz.qaqpa.batching.sample.Sampler;
import kz.qaqpa.batching.schedule.Tally.Item;
import kz.qaqpa.engine.EngineShape;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.engine.StepPlan;
import kz.qaqpa.engine.StepResult;
import org.jspecify.annotations.Nullable;

/**
 * Confined to the step loop. Decides what each step computes ({@link #plan}) and what its result
 * means ({@link #apply}); every {@code plan} is followed by {@code apply} or {@code failStep},
 * unless it is empty.
 *
 * <pre>
 * Pure        No clock, thread, I/O or logger. Time is an argument; what consumers want is read
 *             from each sequence's outlet, in plan() alone.
 * Order       First come, first served. Sequences that decode have a row in every step, unless
 *             their consumer has no room. What the token budget leaves goes to prompts, in order of
 *             arrival, in cells of the prefill grid; the last chunk of a prompt may be shorter.
 * Slots       A waiting sequence gets a slot only together with its first chunk, so its prefix is
 *             looked up as late as possible. At least the last token of a prompt is always
 *             computed, for its logits.
 * Shared      A cell that one row of a step computes is not computed by another row of the same
 * prefixes    step: that prompt is passed over once, and copies the cell in the next step. A prompt
 *             that finds, between two of its chunks, a longer prefix in another slot copies it too.
 * Holes       Each step adds the free slots below the highest held one to a count of wasted rows.
 *             As soon as moving the highest sequence down costs no more than what was wasted, it is
 *             moved: never more than twice the cost of the best choice in hindsight (ski rental).
 * Ends        By stop token or length in apply(); by cancel, deadline or stall in plan(), waiting
 *             or not. Whatever a slot holds in whole blocks stays behind as cache.
 * </pre>
 */
public final class Scheduler {
  /** Waiting prompts passed over in one step, because another row computes their prefix. */
  private static final int MOST_PASSED_OVER = 32;

  private final Tally tally;
  private final int cell;
  private final long stallNanos;
  private final TokenBudget budget;
  private final WaitingQueue waiting = new WaitingQueue();
  private final Residency residency;
  private final Sampler sampler;
  private final PlannedStep[] steps;
  private int turn;

  /** Sequences with a slot, in order of arrival. */
  private final @Nullable Sequence[] running;

  private int runningCount;

  /** Hashes of the whole cells that rows of the plan being made compute. */
  private final long[] pending;

  private int pendingCount;

  /**
   * A scheduler without sequences.
   *
   * @param hash another one than {@link BlockHash#CHAINED} only in tests
   * @throws IllegalArgumentException if a step cannot carry one token for each slot and one cell
   */
  public Scheduler(EngineShape shape, BatchingSettings settings, BlockHash hash, Tally tally) {
    int least = shape.slots() + shape.prefillChunk();
    if (shape.maxStepTokens() < least) {
      throw new IllegalArgumentException(
          "maxStepTokens: "
              + shape.maxStepTokens()
              + " (expected: >= slots + prefillChunk = "
              + least
              + ")");
    }
    this.tally = tally;
    this.cell = shape.prefillChunk();
    this.stallNanos = settings.stallTimeout().toNanos();
    this.budget = new TokenBudget(settings.stepTokens(), shape.maxStepTokens(), cell);
    this.residency = new Residency(shape, settings, hash, tally);
    this.sampler = new Sampler(shape.vocabulary());
    this.steps = new PlannedStep[] {new PlannedStep(shape), new PlannedStep(shape)};
    this.running = new Sequence[shape.slots()];
    this.pending = new long[shape.maxStepTokens() / cell + 1];
  }

  /** A submitted sequence takes its place in the queue. */
  public void enqueue(Sequence sequence) {
    waiting.add(sequence);
    tally.add(Item.PROMPT_TOKENS, sequence.promptLength());
  }

  /** Whether any sequence waits or runs. */
  public boolean hasLive() {
    return runningCount > 0 || waiting.size() > 0;
  }

  /**
   * Plans the next step.
   *
   * @param now {@link System#nanoTime()}
   * @return valid until the plan after the next
   */
  public PlannedStep plan(long now) {
    PlannedStep step = steps[turn ^= 1];
    step.clear();
    pendingCount = 0;
    endAbandoned(now);
    residency.compact(step);
    planDecode(step);
    budget.start(step.plan().rows());
    planPrefill(step);
    admitWaiting(step, now);
    residency.describe(step);
    return step;
  }

  private void endAbandoned(long now) {
    int stalled = 0;
    for (int i = 0; i < runningCount; i++) {
      Sequence s = running(i);
      endIfAbandoned(s, now);
      if (s.state == DECODE) {
        stalled += updateStall(s, now) ? 1 : 0;
      }
    }
    tally.set(Item.STALLED, stalled);
    dropEnded();
    for (Sequence s = waiting.first(); s != null; ) {
      Sequence following = s.next;
      endIfAbandoned(s, now);
      s = following;
    }
  }

  private void endIfAbandoned(Sequence s, long now) {
    if (s.outlet.isCancelled()) {
      leave(s);
      tally.add(Item.CANCELLED, 1);
      s.outlet.discard();
    } else if (s.isExpired(now)) {
      fail(s, GenerationFailure.Kind.DEADLINE, "deadline passed");
    }
  }

  /** Returns whether the sequence is passed over because its consumer has no room. */
  private boolean updateStall(Sequence s, long now) {
    if (s.outlet.hasRoom()) {
      s.stalledNanos = Sequence.NEVER;
      return false;
    }
    if (s.stalledNanos == Sequence.NEVER) {
      s.stalledNanos = now;
    } else if (now - s.stalledNanos > stallNanos) {
      fail(s, GenerationFailure.Kind.SLOW_CONSUMER, "consumer did not read for too long");
      return false;
    }
    return true;
  }

  private void planDecode(PlannedStep step) {
    for (int i = 0; i < runningCount; i++) {
      Sequence s = running(i);
      if (s.state == DECODE && s.stalledNanos == Sequence.NEVER) {
        step.row(s, Sampler.logitsMode(s.request.sampling(), s.counts));
        step.token(s.output[s.outputLength - 1]);
      }
    }
  }

  private void planPrefill(PlannedStep step) {
    for (int i = 0; i < runningCount && !budget.isSpent(); i++) {
      Sequence s = running(i);
      if (s.state == PREFILL) {
        residency.catchUp(step, s);
        planChunk(step, s);
      }
    }
  }

  private void admitWaiting(PlannedStep step, long now) {
    int passedOver = 0;
    Sequence s = waiting.first();
    while (s != null
        && !budget.isSpent()
        && !residency.isFull()
        && passedOver <= MOST_PASSED_OVER) {
      Sequence following = s.next;
      int cached = residency.find(s);
      if (isPending(s, cached / cell)) {
        passedOver++;
      } else if (budget.nextEnd(cached, s.promptLength(), 0) == cached) {
        return; // No room for its first cell; who came later does not overtake.
      } else {
        admit(step, s, now);
      }
      s = following;
    }
  }

  private void admit(PlannedStep step, Sequence s, long now) {
    residency.settle(step, s);
    waiting.remove(s);
    s.outlet.leftQueue();
    running[runningCount++] = s;
    s.state = PREFILL;
    s.firstStepNanos = now;
    planChunk(step, s);
  }

  private void planChunk(PlannedStep step, Sequence s) {
    int start = s.computed;
    int end = start;
    while (end < s.promptLength() && !isPending(s, end / cell)) {
      int next = budget.nextEnd(end, s.promptLength(), end - start);
      if (next == end) {
        break;
      }
      if (end / cell < s.promptHashes.length) {
        pending[pendingCount++] = s.promptHashes[end / cell];
      }
      end = next;
    }
    if (end == start) {
      return;
    }
    budget.take(end - start);
    boolean last = end == s.promptLength();
    step.row(s, last ? Sampler.logitsMode(s.request.sampling(), s.counts) : LogitsMode.NONE);
    for (int i = start; i < end; i++) {
      step.token(s.request.prompt()[i]);
    }
  }

  private boolean isPending(Sequence s, int wantedCell) {
    if (wantedCell < residency.reusableCells(s)) {
      for (int i = 0; i < pendingCount; i++) {
        if (pending[i] == s.promptHashes[wantedCell]) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * Takes in what the engine computed for a step.
   *
   * @param now {@link System#nanoTime()}
   */
  public void apply(PlannedStep step, StepResult result, long now) {
    StepPlan plan = step.plan();
    tally.add(Item.STEPS, 1);
    tally.add(Item.ROWS, plan.rows());
    for (int row = 0; row < plan.rows(); row++) {
      Sequence s = step.owner(row);
      if (takeComputed(s, plan.queryLength(row))) {
        takeToken(s, result, row, now);
      }
    }
    dropEnded();
  }

  /** Returns whether the row's last token has a successor to be sampled. */
  private boolean takeComputed(Sequence s, int tokens) {
    boolean prefill = s.state == PREFILL;
    residency.append(s, tokens);
    if (prefill) {
      s.outlet.promptRead(s.computed);
      tally.add(Item.COMPUTED_PROMPT_TOKENS, tokens);
    }
    return s.computed >= s.promptLength();
  }

  private void takeToken(Sequence s, StepResult result, int row, long now) {
    int token = sampler.sample(s.request.sampling(), s.counts, result, row, s.outputLength);
    if (s.state == PREFILL) {
      s.state = DECODE;
      s.outlet.prefilled(s.prefilled(now));
    }
    if (s.isStop(token)) {
      finish(s, FinishReason.STOP);
      return;
    }
    s.appendOutput(token);
    tally.add(Item.OUTPUT_TOKENS, 1);
    boolean wantsLogprobs = s.request.sampling().topLogprobs() >= 0;
    s.outlet.push(
        token, wantsLogprobs ? sampler.logprobs(s.request.sampling(), result, row, token) : null);
    if (s.outputLength == s.request.maxTokens()) {
      finish(s, FinishReason.LENGTH);
    }
  }

  /**
   * A step came to nothing: its rows fail and what their slots hold is forgotten. If its copies
   * were not all made, so are the sequences and the content that they were to bring.
   */
  public void failStep(PlannedStep step, boolean copiesMade) {
    for (int row = 0; row < step.plan().rows(); row++) {
      failComputing(step.owner(row));
    }
    for (int i = 0; i < step.copies() && !copiesMade; i++) {
      Sequence s = residency.holder(step.copyTo(i));
      if (s != null) {
        failComputing(s);
      } else {
        residency.forget(step.copyTo(i));
      }
    }
    dropEnded();
  }

  private void failComputing(Sequence s) {
    if (s.state != ENDED) {
      residency.forget(s.slot);
      fail(s, GenerationFailure.Kind.ENGINE, "the engine failed this step");
    }
  }

  /** Ends every sequence, waiting or running. */
  public void failAll(GenerationFailure.Kind kind, String message) {
    for (int i = 0; i < runningCount; i++) {
      fail(running(i), kind, message);
    }
    dropEnded();
    for (Sequence s = waiting.first(); s != null; s = waiting.first()) {
      fail(s, kind, message);
    }
  }

  private void finish(Sequence s, FinishReason reason) {
    leave(s);
    tally.add(Item.FINISHED, 1);
    s.outlet.finish(new TokenEvent.End(reason, s.promptLength(), s.prefill(), s.outputLength));
  }

  private void fail(Sequence s, GenerationFailure.Kind kind, String message) {
    leave(s);
    tally.add(Item.FAILED, 1);
    s.outlet.fail(new GenerationFailure(kind, "request " + s.request.id() + ": " + message));
  }

  /** Gives back what a sequence holds; {@link #dropEnded} then takes it off the list. */
  private void leave(Sequence s) {
    if (s.state == WAITING) {
      waiting.remove(s);
      s.outlet.leftQueue();
    } else {
      residency.release(s);
    }
    s.state = ENDED;
  }

  private void dropEnded() {
    int kept = 0;
    for (int i = 0; i < runningCount; i++) {
      Sequence s = running(i);
      if (s.state != ENDED) {
        running[kept++] = s;
      }
    }
    for (int i = kept; i < runningCount; i++) {
      running[i] = null;
    }
    runningCount = kept;
  }

  private Sequence running(int i) {
    Sequence s = running[i];
    if (s == null) {
      throw new IllegalStateException("running " + i + ": none");
    }
    return s;
  }

  /**
   * Checks between two steps that every slot is free or held by the one running sequence that says
   * so, that lengths agree, and that the cache's index is whole.
   *
   * @return what is wrong, or null
   */
  public @Nullable String problem() {
    for (int i = 0; i < runningCount; i++) {
      Sequence s = running(i);
      if (residency.holder(s.slot) != s) {
        return "sequence " + s.request.id() + " runs without its slot " + s.slot;
      }
    }
    return residency.problem();
  }
}
