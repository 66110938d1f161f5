package kz.qaqpa.batching.schedule;

import static kz.qaqpa.batching.schedule.SequenceState.DECODE;
import static kz.qaqpa.batching.schedule.SequenceState.PREFILL;
import static kz.qaqpa.batching.schedule.SequenceState.REPLAY;
import static kz.qaqpa.batching.schedule.SequenceState.WAITING;

import java.util.function.Consumer;
import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.batching.FinishReason;
import kz.qaqpa.batching.GenerationFailure;
import kz.qaqpa.batching.kv.BlockHash;
import kz.qaqpa.batching.kv.host.HostBlockPool;
import kz.qaqpa.batching.kv.host.KvCosts;
import kz.qaqpa.batching.kv.host.SavedKv;
import kz.qaqpa.batching.pace.StepPace;
import kz.qaqpa.batching.queue.WaitingQueue;
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
 * Order       Sequences that decode have a row in every step, unless their consumer has no room.
 *             What the token budget and {@link StepPace} leave goes to prompts, in cells of the
 *             prefill grid; the last chunk of a prompt may be shorter. Whose prompt is next, the WaitingQueue says: it is
 *             told of every token that is computed, found or generated, and for whom.
 * Slots       A waiting sequence gets a slot only together with its first chunk, so its prefix is
 *             looked up as late as possible. At least the last token of a prompt is always
 *             computed, for its logits.
 * Shared      A cell that one row of a step computes is not computed by another row of the same
 * prefixes    step: that prompt is passed over once, and copies the cell in the next step. A prompt
 *             that finds, between two of its chunks, a longer prefix in another slot copies it too.
 * Choices     Of one request share its prompt, see {@link ChoiceGroup}.
 * Holes       Each step adds the free slots below the highest held one to a count of wasted rows.
 *             As soon as moving the highest sequence down costs no more than what was wasted, it is
 *             moved: never more than twice the cost of the best choice in hindsight (ski rental).
 * Preemption  A sequence may give up its slot for one that waits, see {@link Preemption}, and what
 *             slots hold is kept in host blocks, see {@link HostTier}.
 * Ends        By stop token or length in apply(); by cancel, deadline or stall in plan(), waiting
 *             or not. Whatever a slot holds in whole blocks stays behind as cache.
 * </pre>
 */
public final class Scheduler {
  private final Tally tally;
  private final TokenBudget budget;
  private final WaitingQueue<Sequence> waiting;
  private final RunningList running;
  private final ParkedList parked = new ParkedList();
  private final KvCosts costs = new KvCosts();
  private final Residency residency;
  private final Endings endings;
  private final Preemption preemption;
  private final PromptPlanner prompts;
  private final StepPace pace;
  private final ServiceRates rates;
  private final Sampler sampler;
  private final PlannedStep[] steps;
  private int turn;

  /** A scheduler without sequences or host blocks. */
  public Scheduler(EngineShape shape, BatchingSettings settings, BlockHash hash, Tally tally) {
    this(shape, settings, hash, tally, 0);
  }

  /**
   * A scheduler without sequences.
   *
   * @param hash another one than {@link BlockHash#CHAINED} only in tests
   * @param hostBlocks blocks of the second tier, 0 for none
   * @throws IllegalArgumentException if a step cannot carry one token for each slot and one cell
   */
  public Scheduler(
      EngineShape shape, BatchingSettings settings, BlockHash hash, Tally tally, int hostBlocks) {
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
    int cell = shape.prefillChunk();
    this.budget = new TokenBudget(settings.stepTokens(), shape.maxStepTokens(), cell);
    this.waiting = new WaitingQueue<>(settings.policy(), settings.fairness(), shape.slotLength());
    this.running = new RunningList(shape.slots());
    this.residency = new Residency(shape, settings, hash, tally, costs, hostBlocks);
    long stallNanos = settings.stallTimeout().toNanos();
    this.endings = new Endings(waiting, running, parked, residency, tally, stallNanos);
    this.preemption =
        new Preemption(waiting, running, parked, residency, endings, tally, settings.preemption());
    this.prompts = new PromptPlanner(waiting, running, residency, endings, tally, budget, cell);
    this.pace = new StepPace(settings.interTokenLatency(), cell);
    this.rates = new ServiceRates(pace, tally, shape.slots(), cell);
    this.sampler = new Sampler(shape.vocabulary());
    int mostMoves = settings.hostCache().blocksPerStep();
    this.steps =
        new PlannedStep[] {new PlannedStep(shape, mostMoves), new PlannedStep(shape, mostMoves)};
  }

  /** A submitted sequence takes its place in the queue, the first of a group with all others. */
  public void enqueue(Sequence sequence) {
    if (sequence.group == null) {
      waiting.add(sequence.ticket);
    } else {
      sequence.group.forEach(s -> waiting.add(s.ticket));
    }
    tally.add(Item.PROMPT_TOKENS, sequence.promptLength());
  }

  /**
   * The consumer of an enqueued sequence has left: it does not wait any longer. Whoever waits must
   * be told of here; what runs is ended by the next plan.
   */
  public void cancelWaiting(Sequence sequence, long now) {
    if (sequence.state == WAITING) {
      endings.endIfAbandoned(sequence, now);
    }
  }

  /** Whether any sequence waits or runs. */
  public boolean hasLive() {
    return running.size() > 0 || waiting.size() > 0 || parked.size() > 0;
  }

  /** What the engine was seen to take for moving and computing KV, to be told by the caller. */
  public KvCosts costs() {
    return costs;
  }

  /**
   * Plans the next step.
   *
   * @param now {@link System#nanoTime()}
   * @return valid until the plan after the next
   */
  public PlannedStep plan(long now) {
    pace.begin(now);
    PlannedStep step = steps[turn ^= 1];
    step.clear();
    endings.endAbandoned(now);
    residency.host().begin();
    preemption.advance(step, now);
    residency.compact(step);
    prompts.begin(now);
    prompts.forkWaiting(step);
    long unread = planDecode(step);
    int decoding = step.plan().rows();
    budget.start(decoding, pace.cells(decoding));
    prompts.plan(step);
    int reading = step.plan().tokens() - decoding;
    pace.planned(now, decoding, step.plan().rows() - decoding, reading);
    rates.publish(now, running.size() + waiting.size() + parked.size(), decoding, reading, unread);
    preemption.choose(now);
    residency.host().saveBehind(step);
    residency.describe(step);
    return step;
  }

  /** A row for each answer that goes on; returns how much of other prompts is unread. */
  private long planDecode(PlannedStep step) {
    long unread = 0;
    for (int i = 0; i < running.size(); i++) {
      Sequence s = running.get(i);
      unread += s.state == PREFILL ? s.promptLength() - s.computed : 0;
      if (s.state == DECODE && s.stalledNanos == Sequence.NEVER) {
        step.row(s, s.logitsMode());
        step.token(s.output[s.outputLength - 1]);
      } else if (s.state == REPLAY) {
        step.row(s, LogitsMode.NONE);
        step.token(s.output[s.computed - s.promptLength()]);
      }
    }
    return unread;
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
      int tokens = plan.queryLength(row);
      if (s.state == PREFILL) {
        int fresh = s.fresh(s.computed, s.computed + tokens);
        tally.add(Item.COMPUTED_PROMPT_TOKENS, fresh);
        tally.add(Item.RECOMPUTED_TOKENS, tokens - fresh);
        s.outlet.promptRead(s.computed + tokens);
      }
      if (s.computed + tokens < s.promptLength()) {
        residency.append(s, tokens);
      } else if (s.state == PREFILL) {
        takePrompt(s, step, result, row, now);
      } else if (s.state == REPLAY) {
        tally.add(Item.RECOMPUTED_TOKENS, 1);
        residency.append(s, 1);
        s.state = s.stateWithContent();
      } else {
        takeToken(s, step, result, row);
      }
    }
    running.dropGone(residency.held());
  }

  /** The prompt is complete: first tokens, of all choices. */
  private void takePrompt(Sequence s, PlannedStep step, StepResult result, int row, long now) {
    if (s.hasBegun()) { // Its first token came from another row, or before it gave up its slot.
      residency.append(s, step.plan().queryLength(row));
      s.state = s.stateWithContent();
      return;
    }
    int token = sample(s, step, result, row);
    if (token == Sampler.UNDECIDED) {
      return;
    }
    residency.append(s, step.plan().queryLength(row));
    s.state = DECODE;
    s.prefilled(now);
    deliver(s, token, result, row);
    if (s.group != null) {
      s.group.forEachWaiting(other -> {
        other.prefilledBy(s);
        deliver(other, sample(other, step, result, row), result, row);
      });
    }
  }

  private void takeToken(Sequence s, PlannedStep step, StepResult result, int row) {
    int token = sample(s, step, result, row);
    if (token != Sampler.UNDECIDED) {
      residency.append(s, 1);
      deliver(s, token, result, row);
    }
  }

  /** Undecided, nothing is booked: the next plan has the same tokens computed, with all logits. */
  private int sample(Sequence s, PlannedStep step, StepResult result, int row) {
    LogitsMode mode = step.plan().logits(row);
    int token =
        sampler.sample(
            s.request.sampling(), s.counts, s.marking, mode, result, row, s.outputLength);
    s.wantsFullLogits |= token == Sampler.UNDECIDED;
    return token;
  }

  private void deliver(Sequence s, int token, StepResult result, int row) {
    if (s.isStop(token)) {
      rates.answered(s.outputLength);
      endings.finish(s, FinishReason.STOP);
      return;
    }
    s.appendOutput(token);
    tally.add(Item.OUTPUT_TOKENS, 1);
    waiting.chargeOutput(s.ticket);
    boolean wantsLogprobs = s.request.sampling().topLogprobs() >= 0;
    s.outlet.push(
        token, wantsLogprobs ? sampler.logprobs(s.request.sampling(), result, row, token) : null);
    if (s.outputLength == s.request.maxTokens()) {
      rates.answered(s.outputLength);
      endings.finish(s, FinishReason.LENGTH);
    }
  }

  /**
   * A step came to nothing. If all its moves were made, its rows fail and what their slots hold is
   * forgotten. Else what the other moves were to bring is forgotten, and sequences fail whose slots
   * they were to fill; rows were not computed, and come again with the next plan.
   */
  public void failStep(PlannedStep step, int movesMade) {
    pace.forget();
    endings.failStep(step, movesMade);
  }

  /**
   * The engine is gone with all that it held, and another one of the same shape follows: what runs
   * fails, what waits or gave up its slot goes on.
   */
  public void forgetEngine(String message) {
    pace.forget();
    endings.failRunning(GenerationFailure.Kind.ENGINE, message);
    residency.forgetAll();
  }

  /** Ends every sequence, waiting or running. */
  public void failAll(GenerationFailure.Kind kind, String message) {
    endings.failAll(kind, message);
  }

  /**
   * Checks between two steps that every slot is free or held by the one running sequence that says
   * so, that lengths agree, and that the queue and the cache's index are whole.
   *
   * @return what is wrong, or null
   */
  public @Nullable String problem() {
    for (int i = 0; i < running.size(); i++) {
      Sequence s = running.get(i);
      if (residency.holder(s.slot) != s) {
        return "sequence " + s.request.id() + " runs without its slot " + s.slot;
      }
    }
    Census census = new Census();
    running.forEach(census);
    waiting.forEach(census);
    parked.forEach(census);
    HostBlockPool pool = residency.host().pool();
    if (census.references != pool.references()
        || census.preempted != tally.get(Item.PREEMPTED)
        || census.misplaced > 0) {
      return "holders have %d of %d references, %d preempted of %d, %d misplaced"
          .formatted(
              census.references,
              pool.references(),
              census.preempted,
              tally.get(Item.PREEMPTED),
              census.misplaced);
    }
    String problem = waiting.problem();
    return problem != null ? problem : residency.problem();
  }

  /** Counts what live sequences say that they hold. */
  private final class Census implements Consumer<Sequence> {
    long references;
    long preempted;
    int misplaced;

    @Override
    public void accept(Sequence s) {
      SavedKv saved = s.saved;
      references += saved == null ? 0 : saved.references(residency.host().pool());
      preempted += s.isPreempted ? 1 : 0;
      misplaced += s.state.holdsSlot() != s.slot >= 0 ? 1 : 0;
    }
  }
}
