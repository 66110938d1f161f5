package kz.qaqpa.batching.admission;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import kz.qaqpa.batching.FairnessSettings;
import kz.qaqpa.batching.FairnessSettings.AgencyWeight;
import kz.qaqpa.batching.PriorityClass;
import kz.qaqpa.batching.SchedulingPolicy;

/**
 * Any thread. Work that waits for a slot, by class and agency as the policy tells them apart: what
 * the step loop's queue holds, as those see it who are not on its thread. Counted from submission
 * until a slot is given or the request has gone.
 */
public final class WaitingWork {
  /** Agencies of a class that are told apart; those that come later share a line. */
  static final int MOST_LINES = 256;

  private static final String EVERYBODY = "";

  private final SchedulingPolicy policy;
  private final Map<String, Double> weights = new HashMap<>();
  private final Level[] levels;

  /** Nothing waits. */
  public WaitingWork(SchedulingPolicy policy, FairnessSettings settings) {
    this.policy = policy;
    for (AgencyWeight weight : settings.agencyWeights()) {
      weights.put(weight.agency(), weight.weight());
    }
    double[] guaranteed = {0, settings.interactiveShare(), settings.batchShare()};
    this.levels = new Level[policy.tellsClasses() ? PriorityClass.values().length : 1];
    for (int i = 0; i < levels.length; i++) {
      levels[i] = new Level(policy.guarantees() ? guaranteed[i] : 0);
    }
  }

  /** Lines of one class. */
  final class Level {
    /** Part of all service that it gets at least. */
    final double guaranteed;

    private final Map<String, Line> byAgency = new ConcurrentHashMap<>();
    private final Line all = new Line(1);
    private volatile Line[] lines = {};

    private Level(double guaranteed) {
      this.guaranteed = guaranteed;
    }

    /** Not to be changed. */
    Line[] lines() {
      return lines;
    }

    /** All lines in one. */
    Line all() {
      return all;
    }

    private Line of(String agency) {
      Line line = byAgency.get(agency);
      if (line == null && lines.length >= MOST_LINES) {
        line = byAgency.get(EVERYBODY);
      }
      return line == null ? begin(agency) : line;
    }

    /** Once for each agency, so that nobody waits here for long. */
    private synchronized Line begin(String agency) {
      String name = lines.length < MOST_LINES - 1 ? agency : EVERYBODY;
      return byAgency.computeIfAbsent(
          name,
          _ -> {
            Line line = new Line(weights.getOrDefault(name, 1.0));
            Line[] more = Arrays.copyOf(lines, lines.length + 1);
            more[lines.length] = line;
            lines = more;
            return line;
          });
    }
  }

  /**
   * Where a request would wait.
   *
   * @param priority that its client gave it
   */
  @SuppressWarnings("EnumOrdinal") // Levels are classes in their order.
  public Place place(String agency, PriorityClass priorityClass, int priority) {
    int level = policy.tellsClasses() ? priorityClass.ordinal() : 0;
    Line line = levels[level].of(policy.tellsAgencies() ? agency : EVERYBODY);
    return new Place(level, line, policy.tellsPriorities() ? 1 + Integer.signum(priority) : 0);
  }

  /** Where requests of one agency, class and urgency wait. */
  public final class Place {
    final int level;
    final Line line;
    final int urgency;

    private Place(int level, Line line, int urgency) {
      this.level = level;
      this.line = line;
      this.urgency = urgency;
    }

    /** Counts work in, or, if negative, out. */
    public void add(long promptTokens, long answerTokens) {
      line.add(urgency, promptTokens, answerTokens);
      levels[level].all.add(0, promptTokens, answerTokens);
    }
  }

  /** The lines of a class. */
  Level level(int number) {
    return levels[number];
  }

  /** Time of the engine for all that waits in classes before this one. */
  double before(int level, Rates rates) {
    double nanos = 0;
    for (int i = 0; i < level; i++) {
      nanos += levels[i].all.nanos(rates);
    }
    return nanos;
  }

  /** Time of the engine for all that waits. */
  double all(Rates rates) {
    return before(levels.length, rates);
  }

  /** Whether nothing waits, for tests. */
  public boolean isEmpty() {
    Rates tokens = new Rates(1, 1, 1, 1, 1);
    return Arrays.stream(levels)
        .allMatch(level ->
            level.all.nanos(tokens) == 0
                && Arrays.stream(level.lines).allMatch(line -> line.nanos(tokens) == 0));
  }
}
