package kz.qaqpa.batching.admission;

import kz.qaqpa.batching.admission.WaitingWork.Place;
import kz.qaqpa.batching.schedule.Tally;
import kz.qaqpa.batching.schedule.Tally.Item;

/**
 * Any thread. Tells before a request waits whether it can be answered before its deadline.
 *
 * <pre>
 * Rates      As measured: time of the engine for a token of a prompt and of an answer, which add
 *            up, since prompts ride along with answers; the mean length of answers stands for
 *            those that nobody knows yet.
 * Ahead      What the classes before it have waiting, what its agency has, and of each other agency
 *            of its class as much as is served while its turn comes: the fluid limit of fair
 *            queueing (generalised processor sharing), and of two whose turn it is at once each
 *            goes first as often as the other. Who comes later is not foreseen.
 * Own        If no slot is free, and no lower class would give one up, the time until one is; its
 *            prompt, and a step for each token of its answer. That an agency far behind may be given
 *            another one's slot is not foreseen: it depends on who else comes.
 * Too late   Where this exceeds what is left, the request is refused. It is told to come again
 *            when so much of what is ahead will have been served that the same judgement would be
 *            another one, even if rates are a little worse then. If an empty queue would not help
 *            at such rates, there is no such time.
 * Doubt      What was not measured yet, and whoever finds nobody waiting or running, is admitted:
 *            only so something can be measured.
 * </pre>
 */
public final class Forecast {
  /** The answer is to be expected in time. */
  public static final long IN_TIME = 0;

  /** It is not, and waiting would not help. */
  public static final long HOPELESS = -1;

  private static final int HALVINGS = 8;

  /** How much worse than measured rates may be when a request comes again as it was told. */
  private static final double MARGIN = 1.1;

  private final WaitingWork work;
  private final Tally tally;
  private final int slots;

  /**
   * A forecast of one step loop.
   *
   * @param work that waits for it
   * @param tally of what it measured
   * @param slots of its engine
   */
  public Forecast(WaitingWork work, Tally tally, int slots) {
    this.work = work;
    this.tally = tally;
    this.slots = slots;
  }

  /**
   * Tokens to be expected of an answer, 0 if nothing is known.
   *
   * @param least that it will have
   * @param most that it may have
   */
  public int answerTokens(int least, int most) {
    return (int) Math.min(most, Math.max(least, tally.get(Item.ANSWER_TOKENS)));
  }

  /**
   * Judges a request.
   *
   * @param answerTokens as expected
   * @param waiting requests that wait in all
   * @param nanosLeft until its deadline
   * @return {@link #IN_TIME}, {@link #HOPELESS}, or after how many nanoseconds to come again
   */
  public long judge(Place place, int promptTokens, int answerTokens, int waiting, long nanosLeft) {
    long running = tally.get(Item.RUNNING);
    Rates rates = Rates.of(tally);
    if (!rates.areKnown() || (running == 0 && waiting == 0)) {
      return IN_TIME;
    }
    double own = promptTokens * rates.readNanos() + answerTokens * rates.stepNanos();
    double slot = slotNanos(place, running + waiting, rates);
    long unread = tally.get(Item.UNREAD_PROMPT_TOKENS);
    double first = work.before(place.level, rates) + rates.work(unread, 0);
    double left = nanosLeft - own - slot;
    if (first + work.level(place.level).all().nanos(rates) <= left) {
      return IN_TIME;
    }
    Turn turn = new Turn(place, rates, first, rates.work(promptTokens, answerTokens));
    if (left >= 0 && turn.isInTime(left)) {
      return IN_TIME;
    }
    if (nanosLeft / MARGIN < own) {
      return HOPELESS;
    }
    // By then somebody reads a prompt, unless nobody is there any more.
    double reading = rates.work(Math.max(unread, promptTokens), 0);
    double careful = nanosLeft / MARGIN - own - slot - reading;
    double again = careful < 0 ? work.all(rates) + reading + slot : turn.after(careful);
    return (long) (MARGIN * again) + 1;
  }

  /** Of what runs, half is done on average, and the first to end gives its slot away. */
  private double slotNanos(Place place, long live, Rates rates) {
    boolean isFree = live < slots || place.level < tally.get(Item.LOWEST_CLASS);
    return isFree ? 0 : rates.answerTokens() * rates.outputNanos() / 2;
  }

  /**
   * When it is whose turn: by how much is served of each agency of the class, by weight. What waits
   * is looked at once.
   */
  private final class Turn {
    private final double guaranteed;
    private final double first; // Before anybody of the class.
    private final double own;
    private final double weight;
    private final double mine; // Of its agency, all and no less urgent than it.
    private final double urgent;
    private final double[] others; // By agency.
    private final double[] weights;
    private final double ahead;

    Turn(Place place, Rates rates, double first, double own) {
      WaitingWork.Level level = work.level(place.level);
      Line[] lines = level.lines();
      this.guaranteed = level.guaranteed;
      this.first = first;
      this.own = own;
      this.weight = place.line.weight;
      this.mine = place.line.nanos(rates);
      this.urgent = place.line.nanos(rates, place.urgency);
      this.others = new double[lines.length];
      this.weights = new double[lines.length];
      for (int i = 0; i < others.length; i++) {
        Line line = lines[i];
        others[i] = line == place.line ? 0 : line.nanos(rates);
        weights[i] = line.weight;
      }
      this.ahead = ahead(0);
    }

    /** Whether no more is ahead than there is time left, or its class's guarantee is enough. */
    boolean isInTime(double left) {
      return first + ahead <= left || (guaranteed > 0 && (ahead + own) / guaranteed <= left);
    }

    /** The time until no more is ahead than there is time left; 0 or more. */
    double after(double left) {
      if (ahead <= left) {
        return Math.max(0, first + ahead - left);
      }
      double low = 0;
      double high = longest();
      for (int i = 0; i < HALVINGS; i++) {
        double middle = (low + high) / 2;
        if (ahead(middle) <= left) {
          high = middle;
        } else {
          low = middle;
        }
      }
      return first + served(high);
    }

    /** What is ahead in its class once each agency was given so much, by weight. */
    private double ahead(double given) {
      double before = Math.max(0, urgent - given * weight);
      double reach = (before + own / 2) / weight;
      double sum = before;
      for (int i = 0; i < others.length; i++) {
        sum += Math.min(Math.max(0, others[i] - given * weights[i]), reach * weights[i]);
      }
      return sum;
    }

    private double served(double given) {
      double sum = Math.min(mine, given * weight);
      for (int i = 0; i < others.length; i++) {
        sum += Math.min(others[i], given * weights[i]);
      }
      return sum;
    }

    private double longest() {
      double longest = mine / weight;
      for (int i = 0; i < others.length; i++) {
        longest = Math.max(longest, others[i] / weights[i]);
      }
      return longest;
    }
  }
}
