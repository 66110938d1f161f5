package kz.qaqpa.batching.schedule;

import static kz.qaqpa.batching.schedule.SequenceState.DECODE;
import static kz.qaqpa.batching.schedule.SequenceState.PARKED;
import static kz.qaqpa.batching.schedule.SequenceState.PREFILL;
import static kz.qaqpa.batching.schedule.SequenceState.RESTORE;
import static kz.qaqpa.batching.schedule.SequenceState.WAITING;

import kz.qaqpa.batching.PreemptionSettings;
import kz.qaqpa.batching.kv.host.SavedKv;
import kz.qaqpa.batching.queue.Ticket;
import kz.qaqpa.batching.queue.WaitingQueue;
import kz.qaqpa.batching.schedule.Tally.Item;
import org.jspecify.annotations.Nullable;

/**
 * Confined to the step loop. Who gives up its slot for one that waits, and how it comes back.
 *
 * <pre>
 * Who        While no slot is free and somebody waits: first a sequence whose consumer does not
 *            read; else one of a lower class that did not get its slot by that class's guarantee;
 *            else one of an agency of the same class that is ahead by more than the deficit. Of
 *            several the lowest class, the agency furthest ahead, the least to bring back.
 * How        Its KV is saved to host blocks over as many steps as that takes, while it goes on; then
 *            it leaves. Or, where computing is cheaper or room is lacking, it leaves at once. If
 *            the reason is gone before it left, it stays.
 * Back       Where it stood in the queue. It loads what it saved; or its prompt is read again on
 *            the grid, and then its answer so far one token a step, as decode computed it: both
 *            give the bits that it had. Sampler state, counts, watermark and stream were never
 *            touched.
 * Parked     Who was preempted for not reading stands outside the queue until there is room.
 * Bounds     One at a time, one in each interval, and each sequence a few times at most.
 * Charges    What was computed or found once is not charged, nor counted as a hit, again.
 * </pre>
 */
final class Preemption {
  /** Why a sequence may be preempted; earlier ones first. */
  private enum Reason {
    STALLED,
    CLASS,
    SHARE,
    NONE
  }

  private final WaitingQueue<Sequence> waiting;
  private final RunningList running;
  private final ParkedList parked;
  private final Residency residency;
  private final Endings endings;
  private final Tally tally;
  private final PreemptionSettings settings;
  private final long intervalNanos;

  private @Nullable Sequence leaving;
  private long nextLook = Sequence.NEVER;

  Preemption(
      WaitingQueue<Sequence> waiting,
      RunningList running,
      ParkedList parked,
      Residency residency,
      Endings endings,
      Tally tally,
      PreemptionSettings settings) {
    this.waiting = waiting;
    this.running = running;
    this.parked = parked;
    this.residency = residency;
    this.endings = endings;
    this.tally = tally;
    this.settings = settings;
    this.intervalNanos = settings.interval().toNanos();
  }

  /** Begins a step: brings back who has its slot, and goes on with who is about to leave. */
  void advance(PlannedStep step, long now) {
    for (int i = 0; i < running.size(); i++) {
      Sequence s = running.get(i);
      // A save may fail when its sequence has a slot again: what is left is computed.
      if (s.state == RESTORE && (!residency.hasSaved(s) || residency.restore(step, s))) {
        s.state = s.stateWithContent();
      }
    }
    unpark(now);
    Sequence s = leaving;
    if (s == null) {
      return;
    }
    if (!mayLeave(s) || !isWanted(s)) {
      stay(s);
    } else if (s.saved == null || isSaved(step, s)) {
      leave(s);
    }
  }

  private static boolean mayLeave(Sequence s) {
    return s.state == DECODE || s.state == PREFILL;
  }

  private void stay(Sequence s) {
    residency.letGo(s);
    leaving = null;
  }

  private boolean isSaved(PlannedStep step, Sequence s) {
    if (!residency.hasSaved(s)) { // A move failed: from the beginning.
      s.saved = new SavedKv();
    }
    SavedKv saved = s.saved;
    if (saved == null) {
      return true;
    }
    HostTier.Saving saving = residency.host().save(step, s, saved);
    if (saving == HostTier.Saving.NO_ROOM) {
      residency.letGo(s);
    }
    return saving != HostTier.Saving.GOING_ON;
  }

  private void leave(Sequence s) {
    leaving = null;
    residency.vacate(s);
    s.preemptions++;
    s.isPreempted = true;
    tally.add(Item.PREEMPTIONS, 1);
    tally.add(Item.PREEMPTED, 1);
    if (s.stalledNanos == Sequence.NEVER) {
      s.state = WAITING;
      waiting.putBack(s.ticket);
    } else {
      s.state = PARKED;
      parked.add(s);
    }
    running.dropGone(residency.held());
  }

  private void unpark(long now) {
    for (int i = parked.lookedAt(); i > 0 && parked.size() > 0; i--) {
      Sequence s = parked.next();
      if (!endings.endIfAbandoned(s, now) && !endings.updateStall(s, now) && s.state == PARKED) {
        parked.remove(s);
        s.state = WAITING;
        waiting.putBack(s.ticket);
      }
    }
  }

  /** Ends a step: chooses who is to leave next. */
  void choose(long now) {
    tally.set(Item.LOWEST_CLASS, settings.enabled() ? lowestClass() : 0);
    boolean looks = settings.enabled() && leaving == null && waiting.size() > 0;
    if (!looks || residency.free() > 0 || (nextLook != Sequence.NEVER && now - nextLook < 0)) {
      return;
    }
    nextLook = now + intervalNanos;
    for (int level = 0; level < waiting.levels() && leaving == null; level++) {
      Ticket<Sequence> ticket = waiting.candidate(level);
      if (ticket != null && canRun(ticket.owner())) {
        leaving = victim(ticket);
      }
    }
    if (leaving != null && residency.host().isWorthSaving(leaving)) {
      leaving.saved = new SavedKv();
    }
  }

  private int lowestClass() {
    int lowest = 0;
    for (int i = 0; i < running.size(); i++) {
      Sequence s = running.get(i);
      lowest = mayBePreempted(s) && !s.isGuaranteed ? Math.max(lowest, s.ticket.level()) : lowest;
    }
    return lowest;
  }

  private boolean mayBePreempted(Sequence s) {
    return mayLeave(s) && s.preemptions < settings.mostTimes();
  }

  /** A choice that waits for its leader to read the prompt would leave the slot empty. */
  private static boolean canRun(Sequence s) {
    Sequence leader = ChoiceGroup.leaderOf(s);
    return s.preemptions > 0 || leader == s || leader.state == DECODE;
  }

  private @Nullable Sequence victim(Ticket<Sequence> wanting) {
    Sequence best = null;
    Reason why = Reason.NONE;
    for (int i = 0; i < running.size(); i++) {
      Sequence s = running.get(i);
      Reason reason = reason(s, wanting);
      if (reason != Reason.NONE
          && (best == null
              || reason.compareTo(why) < 0
              || (reason == why && isBetter(s, best, wanting)))) {
        best = s;
        why = reason;
      }
    }
    return best;
  }

  private Reason reason(Sequence s, Ticket<Sequence> wanting) {
    if (!mayBePreempted(s)) {
      return Reason.NONE;
    }
    if (s.stalledNanos != Sequence.NEVER) {
      return Reason.STALLED;
    }
    if (s.ticket.level() > wanting.level() && !s.isGuaranteed) {
      return Reason.CLASS;
    }
    return waiting.lead(s.ticket, wanting) > settings.deficit() ? Reason.SHARE : Reason.NONE;
  }

  private boolean isBetter(Sequence s, Sequence than, Ticket<Sequence> wanting) {
    if (s.ticket.level() != than.ticket.level()) {
      return s.ticket.level() > than.ticket.level();
    }
    double mine = waiting.lead(s.ticket, wanting);
    double other = waiting.lead(than.ticket, wanting);
    return mine != other ? mine > other : s.computed < than.computed;
  }

  /** Whether somebody waits for this sequence's slot, still. */
  private boolean isWanted(Sequence s) {
    for (int level = 0; level < waiting.levels() && residency.free() == 0; level++) {
      Ticket<Sequence> ticket = waiting.candidate(level);
      if (ticket != null && canRun(ticket.owner()) && reason(s, ticket) != Reason.NONE) {
        return true;
      }
    }
    return false;
  }
}
