package kz.qaqpa.batching.queue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import kz.qaqpa.batching.FairnessSettings;
import kz.qaqpa.batching.PriorityClass;
import kz.qaqpa.batching.SchedulingPolicy;
import org.jspecify.annotations.Nullable;

/**
 * Confined to the step loop. Who waits for a slot, and whose turn it is; also what was done for
 * whom, because that decides.
 *
 * <pre>
 * Levels    Priority classes by number, 0 the first; one for all where the policy knows none. A
 *           level that is owed goes before the others, see {@link ClassShares}.
 * Agencies  Of a level, see {@link FairShare}; one for all where the policy knows none.
 * Tickets   Of an agency, by priority and arrival, in a balanced tree: found, added and taken out
 *           in a logarithmic number of comparisons, wherever they stand.
 * Deadlines In a heap of their own: a step looks at the next one, and at those that have passed.
 * Cost      A step costs what it admits and passes over, and what ends, whatever else waits. Adding
 *           may allocate; nothing else does.
 * </pre>
 */
public final class WaitingQueue<T> {
  private static final String EVERYBODY = "";

  private final SchedulingPolicy policy;
  private final FairnessSettings settings;
  private final List<FairShare<T>> levels = new ArrayList<>();
  private final ClassShares shares;
  private final DeadlineHeap<T> deadlines = new DeadlineHeap<>();

  /** All that wait are linked, in order of arrival. */
  private @Nullable Ticket<T> oldest;

  private @Nullable Ticket<T> newest;
  private int size;
  private int choices;
  private long arrivals;

  /**
   * An empty queue.
   *
   * @param mostTokens most tokens of one request
   */
  public WaitingQueue(SchedulingPolicy policy, FairnessSettings settings, int mostTokens) {
    this.policy = policy;
    this.settings = settings;
    int count = policy.tellsClasses() ? PriorityClass.values().length : 1;
    for (int i = 0; i < count; i++) {
      levels.add(new FairShare<>(settings, policy.guarantees() ? settings.localityQuantum() : 0));
    }
    double[] guaranteed =
        policy.guarantees()
            ? new double[] {0, settings.interactiveShare(), settings.batchShare()}
            : new double[count];
    double dearest = Math.max(settings.promptWeight(), settings.outputWeight());
    this.shares = new ClassShares(guaranteed, mostTokens * dearest);
  }

  /** Number of levels. */
  public int levels() {
    return levels.size();
  }

  /** Tickets that wait. */
  public int size() {
    return size;
  }

  /** Tickets that wait and are one of several choices. */
  public int choices() {
    return choices;
  }

  /** Tickets that wait at a level. */
  public int size(int level) {
    return levels.get(level).size();
  }

  /** Puts a ticket behind all others of its priority. */
  @SuppressWarnings("EnumOrdinal") // Levels are classes in their order.
  public void add(Ticket<T> ticket) {
    ticket.level = policy.tellsClasses() ? ticket.priorityClass.ordinal() : 0;
    ticket.rank = policy.tellsPriorities() ? ticket.priority : 0;
    ticket.number = arrivals++;
    levels.get(ticket.level).add(ticket, policy.tellsAgencies() ? ticket.agency : EVERYBODY);
    link(ticket);
  }

  /**
   * Puts a ticket back that was removed for a slot and not ended: where it stood, by its arrival.
   * Its agency is not lifted, which did nothing to come back.
   */
  public void putBack(Ticket<T> ticket) {
    levels.get(ticket.level).putBack(ticket);
    link(ticket);
  }

  private void link(Ticket<T> ticket) {
    ticket.previous = newest;
    if (newest == null) {
      oldest = ticket;
    } else {
      newest.next = ticket;
    }
    newest = ticket;
    if (ticket.deadline != Long.MAX_VALUE) {
      deadlines.add(ticket);
    }
    size++;
    choices += ticket.choice ? 1 : 0;
  }

  /** Takes a ticket out, for a slot or for good. */
  public void remove(Ticket<T> ticket) {
    levels.get(ticket.level).remove(ticket);
    if (ticket.deadlinePlace != IndexedHeap.ABSENT) {
      deadlines.remove(ticket);
    }
    if (ticket.previous == null) {
      oldest = ticket.next;
    } else {
      ticket.previous.next = ticket.next;
    }
    if (ticket.next == null) {
      newest = ticket.previous;
    } else {
      ticket.next.previous = ticket.previous;
    }
    ticket.next = null;
    ticket.previous = null;
    size--;
    choices -= ticket.choice ? 1 : 0;
  }

  /** The work for a ticket is over; it is in the queue no longer. */
  public void end(Ticket<T> ticket) {
    levels.get(ticket.level).end(ticket);
  }

  /** Who came first, whatever its turn, or null. */
  public @Nullable T oldest() {
    return oldest == null ? null : oldest.owner;
  }

  /** Whose deadline has passed, or null if nobody's has; the caller removes it. */
  public @Nullable T expired(long now) {
    Ticket<T> next = deadlines.top();
    return next != null && now - next.deadline >= 0 ? next.owner : null;
  }

  /** Tells whether a level has prompts to be read, waiting or not; once before each round. */
  public void setWanting(int level, boolean wanting) {
    shares.setWanting(level, wanting);
  }

  /** Whether a level is below its guaranteed share. */
  public boolean isOwed(int level) {
    return shares.isOwed(level);
  }

  /** Whose turn it is at a level in this round, or null if there is nobody left. */
  public @Nullable Ticket<T> candidate(int level) {
    return levels.get(level).candidate();
  }

  /**
   * The same, with a preference for prompts that are cached.
   *
   * @param cached tokens of a prompt that probably lie in a slot; called a bounded number of times
   */
  public @Nullable Ticket<T> candidate(int level, ToIntFunction<T> cached) {
    return levels.get(level).candidate(cached);
  }

  /** The candidate cannot be served in this round. */
  public void passOver(Ticket<T> candidate) {
    levels.get(candidate.level).passOver(candidate);
  }

  /** Ends a round; the queue must not change by {@link #add} within one. */
  public void endRound() {
    for (int i = 0; i < levels.size(); i++) {
      levels.get(i).endRound();
    }
  }

  /**
   * Weighted tokens by which the agency of a ticket got more than that of another one of its level;
   * 0 where the levels differ, or the policy does not tell agencies.
   */
  public double lead(Ticket<T> ticket, Ticket<T> other) {
    return policy.tellsAgencies() && ticket.level == other.level
        ? ticket.account().counter - other.account().counter
        : 0;
  }

  /** Counts prompt tokens that are computed. */
  public void chargePrompt(Ticket<T> ticket, int tokens) {
    charge(ticket, tokens * settings.promptWeight());
  }

  /** Counts prompt tokens whose KV was found. */
  public void chargeCached(Ticket<T> ticket, int tokens) {
    charge(ticket, tokens * settings.cachedWeight());
  }

  /** Counts a token of an answer. */
  public void chargeOutput(Ticket<T> ticket) {
    charge(ticket, settings.outputWeight());
  }

  private void charge(Ticket<T> ticket, double cost) {
    Account<T> account = ticket.account();
    account.counter += cost / account.weight;
    shares.charge(ticket.level, cost);
  }

  /** Counters that are kept, at all levels. */
  public int accounts() {
    return levels.stream().mapToInt(FairShare::accounts).sum();
  }

  /** Hands all that wait to {@code action}, in no order. */
  public void forEach(Consumer<T> action) {
    for (Ticket<T> t = oldest; t != null; t = t.next) {
      action.accept(t.owner);
    }
  }

  /** What is wrong between two rounds, or null. */
  public @Nullable String problem() {
    int linked = 0;
    for (Ticket<T> t = oldest; t != null; t = t.next) {
      linked++;
    }
    int sum = 0;
    for (FairShare<T> level : levels) {
      String problem = level.problem();
      if (problem != null) {
        return problem;
      }
      sum += level.size();
    }
    String problem = deadlines.problem();
    if (problem != null) {
      return problem;
    }
    return linked == size && sum == size ? null : linked + " linked, " + sum + " queued of " + size;
  }
}
