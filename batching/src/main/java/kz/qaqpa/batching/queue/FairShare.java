package kz.qaqpa.batching.queue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import kz.qaqpa.batching.FairnessSettings;
import kz.qaqpa.batching.FairnessSettings.AgencyWeight;
import org.jspecify.annotations.Nullable;

/**
 * Confined to the step loop. Which agency of one class is next: virtual token counters (Sheng et
 * al., "Fairness in Serving Large Language Models", OSDI'24), with prefix locality within a bounded
 * deficit (Cao et al., "Locality-aware Fair Scheduling in LLM Serving", 2025).
 *
 * <pre>
 * Counter   Weighted tokens that an agency was given, divided by its weight. The least is next.
 * Lift      An agency that has nobody waiting saves nothing up: with its next request its counter
 *           becomes at least the least of those that have somebody waiting, or that of the agency
 *           which was the last to have somebody.
 * Locality  Of the first agencies in the heap, those whose counters are at most half the quantum
 *           above the least may go first, and the one goes whose candidate has most of its prompt
 *           in a slot. A prefix is so used before it is overwritten. Half, because an agency may be
 *           as far ahead at the start of a time as behind at its end.
 * Rounds    Whoever cannot be served now is passed over until the round ends; whoever came after it
 *           in the same agency is the next candidate.
 * Memory    An agency without live requests keeps its counter until so many others came after it.
 *           Then it is forgotten, which can only be to its advantage.
 * </pre>
 */
final class FairShare<T> {
  /** Agencies whose candidates are looked up in the prefix cache for one decision. */
  private static final int LOOK_AHEAD = 16;

  private final double margin;
  private final int remembered;
  private final Map<String, Double> weights = new HashMap<>();
  private final Map<String, Account<T>> accounts = new LinkedHashMap<>(16, 0.75f, true);
  private final AccountHeap<T> heap = new AccountHeap<>();
  private final List<Account<T>> passed = new ArrayList<>();
  private @Nullable Account<T> lastLeft;
  private int size;

  FairShare(FairnessSettings settings, int quantum) {
    this.margin = quantum / 2.0;
    this.remembered = settings.rememberedAgencies();
    for (AgencyWeight weight : settings.agencyWeights()) {
      weights.put(weight.agency(), weight.weight());
    }
  }

  /** Tickets that wait. */
  int size() {
    return size;
  }

  /** Counters that are kept. */
  int accounts() {
    return accounts.size();
  }

  void add(Ticket<T> ticket, String agency) {
    Account<T> account = accounts.get(agency);
    if (account == null) {
      account = new Account<>(weights.getOrDefault(agency, 1.0));
      forgetOldest();
      accounts.put(agency, account);
    }
    if (account.waiting.isEmpty()) {
      account.counter = Math.max(account.counter, floor());
    }
    ticket.account = account;
    account.live++;
    enter(account, ticket);
  }

  /** A ticket that was taken out stands where it would if it never had been. */
  void putBack(Ticket<T> ticket) {
    enter(ticket.account(), ticket);
  }

  private void enter(Account<T> account, Ticket<T> ticket) {
    account.waiting.add(ticket);
    size++;
    if (account.candidate == null || Ticket.ORDER.compare(ticket, account.candidate) < 0) {
      offer(account, ticket);
    }
  }

  private double floor() {
    Account<T> least = heap.first();
    Account<T> other = least == null ? lastLeft : least;
    return other == null ? 0 : other.counter;
  }

  private void forgetOldest() {
    if (accounts.size() < remembered) {
      return;
    }
    for (Iterator<Account<T>> all = accounts.values().iterator(); all.hasNext(); ) {
      if (all.next().live == 0) {
        all.remove();
        return;
      }
    }
  }

  /** The account's candidate from now on, null if it has none in this round. */
  private void offer(Account<T> account, @Nullable Ticket<T> candidate) {
    account.candidate = candidate;
    boolean isIn = account.place != IndexedHeap.ABSENT;
    if (candidate == null) {
      if (isIn) {
        heap.remove(account);
      }
    } else if (isIn) {
      heap.update(account);
    } else {
      heap.add(account);
    }
  }

  void remove(Ticket<T> ticket) {
    Account<T> account = ticket.account();
    size--;
    // Before the candidate is another one, or the heap would compare by what is no longer there.
    if (account.candidate == ticket) {
      offer(account, account.waiting.higher(ticket));
    }
    account.waiting.remove(ticket);
    if (account.waiting.isEmpty()) {
      lastLeft = account;
    }
  }

  /** The work for a ticket is over. */
  void end(Ticket<T> ticket) {
    ticket.account().live--;
  }

  /** The next in this round, or null. */
  @Nullable Ticket<T> candidate() {
    Account<T> due = heap.first();
    return due == null ? null : due.candidate();
  }

  /**
   * The next in this round, or null.
   *
   * @param cached tokens of a prompt that probably lie in a slot
   */
  @Nullable Ticket<T> candidate(ToIntFunction<T> cached) {
    Account<T> due = heap.first();
    if (due == null || margin == 0 || heap.size() == 1) {
      return candidate();
    }
    Account<T> best = due;
    int most = cached.applyAsInt(due.candidate().owner);
    for (int i = 1; i < Math.min(heap.size(), LOOK_AHEAD); i++) {
      Account<T> other = heap.get(i);
      if (other.counter - due.counter <= margin) {
        int tokens = cached.applyAsInt(other.candidate().owner);
        if (tokens > most || (tokens == most && best != due && other.counter < best.counter)) {
          best = other;
          most = tokens;
        }
      }
    }
    return best.candidate();
  }

  /** The candidate cannot be served in this round; who comes after it in its agency is next. */
  void passOver(Ticket<T> candidate) {
    Account<T> account = candidate.account();
    if (!account.passed) {
      account.passed = true;
      passed.add(account);
    }
    offer(account, account.waiting.higher(candidate));
  }

  /** Everybody who waits may be a candidate again. */
  void endRound() {
    for (int i = 0; i < passed.size(); i++) {
      Account<T> account = passed.get(i);
      account.passed = false;
      if (!account.waiting.isEmpty()) {
        offer(account, account.waiting.first());
      }
    }
    passed.clear();
  }

  /** What is wrong between two rounds, or null. */
  @Nullable String problem() {
    int waiting = 0;
    for (Account<T> account : accounts.values()) {
      waiting += account.waiting.size();
      boolean fits =
          account.live >= account.waiting.size()
              && (account.place == IndexedHeap.ABSENT) == account.waiting.isEmpty()
              && (account.waiting.isEmpty()
                  ? account.candidate == null
                  : account.candidate == account.waiting.first());
      if (!fits) {
        return account.waiting.size() + " wait of " + account.live + " at " + account.place;
      }
    }
    return waiting == size && passed.isEmpty() ? heap.problem() : waiting + " wait of " + size;
  }
}
