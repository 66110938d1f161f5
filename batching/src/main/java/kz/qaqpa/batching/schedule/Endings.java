package kz.qaqpa.batching.schedule;

import static kz.qaqpa.batching.schedule.SequenceState.DECODE;
import static kz.qaqpa.batching.schedule.SequenceState.ENDED;
import static kz.qaqpa.batching.schedule.SequenceState.PARKED;
import static kz.qaqpa.batching.schedule.SequenceState.WAITING;

import kz.qaqpa.batching.FinishReason;
import kz.qaqpa.batching.GenerationFailure;
import kz.qaqpa.batching.TokenEvent;
import kz.qaqpa.batching.kv.host.KvMoves;
import kz.qaqpa.batching.queue.WaitingQueue;
import kz.qaqpa.batching.schedule.Tally.Item;

/**
 * Confined to the step loop. How sequences end: by themselves, because their consumer left or does
 * not read, by deadline, by a fault. Whatever the way, the slot or the place in the queue is given
 * back here, and the outlet gets its last event.
 */
final class Endings {
  private final WaitingQueue<Sequence> waiting;
  private final RunningList running;
  private final ParkedList parked;
  private final Residency residency;
  private final Tally tally;
  private final long stallNanos;

  Endings(
      WaitingQueue<Sequence> waiting,
      RunningList running,
      ParkedList parked,
      Residency residency,
      Tally tally,
      long stallNanos) {
    this.waiting = waiting;
    this.running = running;
    this.parked = parked;
    this.residency = residency;
    this.tally = tally;
    this.stallNanos = stallNanos;
  }

  /**
   * Ends who has left, whose time is over, and whose consumer did not read for too long. Who left
   * while it waited was ended before, see {@link Scheduler#cancelWaiting}.
   */
  void endAbandoned(long now) {
    int stalled = 0;
    for (int i = 0; i < running.size(); i++) {
      Sequence s = running.get(i);
      endIfAbandoned(s, now);
      if (s.state == DECODE) {
        stalled += updateStall(s, now) ? 1 : 0;
      }
    }
    tally.set(Item.STALLED, stalled);
    running.dropGone(residency.held());
    for (Sequence s = waiting.expired(now); s != null; s = waiting.expired(now)) {
      endIfAbandoned(s, now);
    }
  }

  /** Ends a sequence whose consumer has left or whose time is over; returns whether it did. */
  boolean endIfAbandoned(Sequence s, long now) {
    if (s.outlet.isCancelled()) {
      tally.add(Item.CANCELLED, 1);
      leave(s);
      s.outlet.discard();
    } else if (s.isExpired(now)) {
      fail(s, GenerationFailure.Kind.DEADLINE, "deadline passed");
    }
    return s.state == ENDED;
  }

  /** Returns whether the sequence is passed over because its consumer has no room. */
  boolean updateStall(Sequence s, long now) {
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

  /** See {@link Scheduler#failStep}. */
  void failStep(PlannedStep step, int movesMade) {
    KvMoves moves = step.moves();
    for (int row = 0; row < step.plan().rows() && movesMade == moves.size(); row++) {
      failComputing(step.owner(row));
    }
    for (int i = moves.size() - 1; i >= movesMade; i--) { // What follows a block goes before it.
      residency.host().forgetUndone(moves, i);
      int slot = moves.slotWritten(i);
      Sequence s = slot == KvMoves.NONE ? null : residency.holder(slot);
      if (s != null) {
        failComputing(s);
      } else if (slot != KvMoves.NONE) {
        residency.forget(slot);
      }
    }
    running.dropGone(residency.held());
  }

  private void failComputing(Sequence s) {
    if (s.state != ENDED) {
      residency.forget(s.slot);
      fail(s, GenerationFailure.Kind.ENGINE, "the engine failed this step");
    }
  }

  /** See {@link Scheduler#forgetEngine}. */
  void failRunning(GenerationFailure.Kind kind, String message) {
    for (int i = 0; i < running.size(); i++) {
      fail(running.get(i), kind, message);
    }
    running.dropGone(residency.held());
    tally.set(Item.STALLED, 0);
  }

  /** See {@link Scheduler#failAll}. */
  void failAll(GenerationFailure.Kind kind, String message) {
    failRunning(kind, message);
    for (Sequence s = waiting.oldest(); s != null; s = waiting.oldest()) {
      fail(s, kind, message);
    }
    while (parked.size() > 0) {
      fail(parked.last(), kind, message);
    }
  }

  /** The sequence has come to its end. */
  void finish(Sequence s, FinishReason reason) {
    tally.add(Item.FINISHED, 1);
    leave(s);
    s.outlet.finish(new TokenEvent.End(reason, s.promptLength(), s.prefill(), s.outputLength));
  }

  private void fail(Sequence s, GenerationFailure.Kind kind, String message) {
    tally.add(Item.FAILED, 1);
    leave(s);
    s.outlet.fail(new GenerationFailure(kind, "request " + s.request.id() + ": " + message));
  }

  /**
   * Gives back what a sequence holds; {@link RunningList#dropGone} then takes it off the list. To
   * be called when its end has been counted: who sees that nobody runs any more reads counters that
   * know why.
   */
  private void leave(Sequence s) {
    if (s.state == WAITING) {
      waiting.remove(s.ticket);
      s.leaveQueue();
    } else if (s.state == PARKED) {
      parked.remove(s);
    } else {
      residency.release(s);
    }
    residency.letGo(s);
    tally.add(Item.PREEMPTED, s.isPreempted ? -1 : 0);
    s.isPreempted = false;
    waiting.end(s.ticket);
    s.state = ENDED;
  }
}
