package kz.qaqpa.batching;

/**
 * Who of those that wait is next. What is not said here is the same for all: sequences that decode
 * have a row in every step, prompts are read in cells, nobody overtakes because a cell is small.
 */
public enum SchedulingPolicy {
  /**
   * Priority classes with guaranteed shares; in a class {@link #VTC} with prefix locality; in an
   * agency by priority, then by arrival.
   */
  FAIR(true, true, true, true),

  /** First come, first served. */
  FCFS(false, false, false, false),

  /** By class, then by priority, then by arrival; nothing is guaranteed to anyone. */
  PRIORITY(true, false, true, false),

  /** The agency that got least service, by virtual token counters; in an agency by arrival. */
  VTC(false, true, false, false);

  private final boolean classes;
  private final boolean agencies;
  private final boolean priorities;
  private final boolean guarantees;

  SchedulingPolicy(boolean classes, boolean agencies, boolean priorities, boolean guarantees) {
    this.classes = classes;
    this.agencies = agencies;
    this.priorities = priorities;
    this.guarantees = guarantees;
  }

  /** Whether classes come one after the other. */
  public boolean tellsClasses() {
    return classes;
  }

  /** Whether each agency has a counter of its own. */
  public boolean tellsAgencies() {
    return agencies;
  }

  /** Whether requests of one queue are ordered by the priority that their client gave them. */
  public boolean tellsPriorities() {
    return priorities;
  }

  /** Whether lower classes have guaranteed shares, and cached prefixes may be preferred. */
  public boolean guarantees() {
    return guarantees;
  }
}
