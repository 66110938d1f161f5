package kz.qaqpa.batching.schedule;

import static kz.qaqpa.batching.schedule.SequenceState.DECODE;
import static kz.qaqpa.batching.schedule.SequenceState.PREFILL;
import static kz.qaqpa.batching.schedule.SequenceState.RESTORE;

import java.util.function.ToIntFunction;
import kz.qaqpa.batching.queue.Ticket;
import kz.qaqpa.batching.queue.WaitingQueue;
import kz.qaqpa.batching.schedule.Tally.Item;
import kz.qaqpa.engine.LogitsMode;

/**
 * Confined to the step loop. Which prompts a step reads, and who gets a slot: level by level as the
 * {@link WaitingQueue} says, first chunks of prompts that have a slot, then those that wait.
 *
 * <p>A level that is owed service is served first, until it is owed no more; then all come in their
 * order, so that a prompt of a higher class that arrives is read before the rest of one of a lower
 * class.
 */
final class PromptPlanner {
  /** Waiting prompts passed over in one step, because another row computes their prefix. */
  private static final int MOST_PASSED_OVER = 32;

  private final WaitingQueue<Sequence> waiting;
  private final RunningList running;
  private final Residency residency;
  private final Endings endings;
  private final Tally tally;
  private final TokenBudget budget;
  private final int cell;
  private final ToIntFunction<Sequence> cached;

  /** Levels in the order of this step, those that are owed first. */
  private final int[] order;

  private int owed;

  // Of the step that is being planned.
  private long now;
  private int passedOver;
  private int reserved; // Slots for choices that wait for their leader.
  private boolean isFull;

  PromptPlanner(
      WaitingQueue<Sequence> waiting,
      RunningList running,
      Residency residency,
      Endings endings,
      Tally tally,
      TokenBudget budget,
      int cell) {
    this.waiting = waiting;
    this.running = running;
    this.residency = residency;
    this.endings = endings;
    this.tally = tally;
    this.budget = budget;
    this.cell = cell;
    this.cached = residency::likelyCached;
    this.order = new int[waiting.levels()];
  }

  /** Begins a step: tells who wants service, and puts levels in order. */
  void begin(long time) {
    now = time;
    passedOver = 0;
    reserved = 0;
    isFull = false;
    owed = 0;
    int others = 0;
    for (int level = 0; level < order.length; level++) {
      waiting.setWanting(level, waiting.size(level) > 0 || isReading(level));
      if (waiting.isOwed(level)) {
        System.arraycopy(order, owed, order, owed + 1, others);
        order[owed++] = level;
      } else {
        order[owed + others++] = level;
      }
    }
  }

  private boolean isReading(int level) {
    for (int i = 0; i < running.size(); i++) {
      if (running.get(i).state == PREFILL && running.get(i).ticket.level() == level) {
        return true;
      }
    }
    return false;
  }

  /** Choices whose prompt was read go on as soon as it is their turn to get a slot. */
  void forkWaiting(PlannedStep step) {
    if (waiting.choices() == 0) {
      return;
    }
    int free = residency.free();
    for (int level : order) {
      for (; free > 0; free--) {
        Ticket<Sequence> ticket = waiting.candidate(level);
        if (ticket == null) {
          break;
        }
        Sequence s = ticket.owner();
        Sequence leader = ChoiceGroup.leaderOf(s);
        if (s.preemptions == 0 && leader != s && leader.state == DECODE) {
          residency.fork(step, leader, s);
          waiting.chargeCached(ticket, s.promptLength());
          leaveQueue(s, DECODE);
        } else {
          waiting.passOver(ticket);
        }
      }
    }
    waiting.endRound();
  }

  /** Reads prompts as far as the budget goes, and gives slots to those that wait. */
  void plan(PlannedStep step) {
    for (int i = 0; i < owed; i++) {
      planRunning(step, order[i]);
      admitWaiting(step, order[i], true);
    }
    for (int level = 0; level < order.length; level++) {
      if (!isAmongOwed(level)) {
        planRunning(step, level);
      }
      admitWaiting(step, level, false);
    }
    waiting.endRound();
  }

  private boolean isAmongOwed(int level) {
    for (int i = 0; i < owed; i++) {
      if (order[i] == level) {
        return true;
      }
    }
    return false;
  }

  private void planRunning(PlannedStep step, int level) {
    for (int i = 0; i < running.size() && !budget.isSpent(); i++) {
      Sequence s = running.get(i);
      if (s.state == PREFILL && s.ticket.level() == level) {
        waiting.chargeCached(s.ticket, residency.catchUp(step, s));
        planChunk(step, s);
      }
    }
  }

  private void admitWaiting(PlannedStep step, int level, boolean onlyIfOwed) {
    while (hasRoom() && !(onlyIfOwed && !waiting.isOwed(level))) {
      Ticket<Sequence> ticket = waiting.candidate(level, cached);
      if (ticket == null) {
        return;
      }
      consider(step, ticket);
    }
  }

  private boolean hasRoom() {
    return !isFull
        && !budget.isSpent()
        && residency.free() > reserved
        && passedOver <= MOST_PASSED_OVER;
  }

  private void consider(PlannedStep step, Ticket<Sequence> ticket) {
    Sequence s = ticket.owner();
    if (endings.endIfAbandoned(s, now)) {
      return;
    }
    if (residency.hasSaved(s)) {
      residency.settleSaved(step, s);
      leaveQueue(s, s.saved == null ? s.stateWithContent() : RESTORE);
      return;
    }
    if (s.preemptions == 0 && ChoiceGroup.leaderOf(s) != s) {
      reserved++;
      waiting.passOver(ticket);
      return;
    }
    int found = residency.find(s);
    if (isPending(step, s, found / cell)) {
      passedOver++;
      waiting.passOver(ticket);
    } else if (budget.nextEnd(found, s.promptLength(), 0) == found) {
      isFull = true; // No room for its first cell; whose turn is later does not overtake.
    } else {
      admit(step, s);
    }
  }

  private void admit(PlannedStep step, Sequence s) {
    boolean readsAgain = s.hasBegun() && s.reached == 0; // As another one's choice.
    int found = residency.settle(step, s);
    s.isGuaranteed = hasHigherWaiting(s.ticket.level());
    leaveQueue(s, PREFILL);
    waiting.chargeCached(s.ticket, found);
    if (s.firstStepNanos == Sequence.NEVER) {
      s.firstStepNanos = now;
    }
    tally.add(Item.PROMPT_TOKENS, readsAgain ? s.promptLength() : 0);
    planChunk(step, s);
  }

  /** Whoever goes before a higher class does so because its own is owed service. */
  private boolean hasHigherWaiting(int level) {
    for (int higher = 0; higher < level; higher++) {
      if (waiting.size(higher) > 0) {
        return true;
      }
    }
    return false;
  }

  private void leaveQueue(Sequence s, SequenceState next) {
    waiting.remove(s.ticket);
    s.leaveQueue();
    tally.add(Item.PREEMPTED, s.isPreempted ? -1 : 0);
    s.isPreempted = false;
    s.state = next;
    running.add(s);
  }

  private void planChunk(PlannedStep step, Sequence s) {
    int start = s.computed;
    int end = start;
    while (!s.awaitsHost && end < s.promptLength() && !isPending(step, s, end / cell)) {
      int next = budget.nextEnd(end, s.promptLength(), end - start);
      if (next == end) {
        break;
      }
      if (end / cell < s.promptHashes.length) {
        step.cell(s.promptHashes[end / cell]);
      }
      end = next;
    }
    if (end == start) {
      return;
    }
    budget.take(end - start);
    waiting.chargePrompt(s.ticket, s.fresh(start, end));
    boolean last = end == s.promptLength();
    step.row(s, last ? s.logitsMode() : LogitsMode.NONE);
    for (int i = start; i < end; i++) {
      step.token(s.request.prompt()[i]);
    }
  }

  private boolean isPending(PlannedStep step, Sequence s, int wantedCell) {
    return wantedCell < residency.reusableCells(s) && step.computesCell(s.promptHashes[wantedCell]);
  }
}
