package kz.qaqpa.load.chat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How much is asked in each hour of a day, as a part of the busiest one's: people come at nine, eat
 * at one and sleep. On the last day of a month they ask half as much again in working hours.
 * Assumed as the mix is; the peak of five times the mean of working hours is that of appeals and
 * services.
 */
public final class DayShape {
  private static final double[] HOURS = {
    0.02, 0.01, 0.01, 0.01, 0.01, 0.02, 0.04, 0.10, 0.35, 1.00, 0.85, 0.55,
    0.45, 0.30, 0.45, 0.50, 0.45, 0.35, 0.20, 0.15, 0.12, 0.10, 0.06, 0.03
  };

  /** What the last day of a month has more in working hours. */
  public static final double MONTH_END = 1.5;

  private static final int MOST_SLICES = 192;

  /** At which a slice's rate is looked at; a short run has many hours in a slice. */
  private static final int POINTS = 64;

  private static final int WORK_BEGINS = 9;
  private static final int WORK_ENDS = 18;

  private DayShape() {}

  /**
   * What the two days are cut into when they take {@code length}: whole seconds, about a quarter of
   * an hour where there is time for it.
   */
  public static Duration slice(Duration length) {
    return Duration.ofSeconds(Math.ceilDiv(Math.max(1, length.toSeconds()), MOST_SLICES));
  }

  /**
   * How many ask in each slice of both days: at least one in all. What is left of a fraction of a
   * person is carried on.
   *
   * @param peak requests a second at nine on an ordinary day
   */
  public static List<Integer> arrivals(double peak, Duration length) {
    List<Double> rates = twoDays(peak);
    long seconds = slice(length).toSeconds();
    int slices = (int) Math.max(1, length.toSeconds() / seconds);
    List<Integer> arrivals = new ArrayList<>();
    double carried = 0;
    for (int slice = 0; slice < slices; slice++) {
      for (int i = 0; i < POINTS; i++) {
        double hour = (slice + (i + 0.5) / POINTS) * (rates.size() - 1) / slices;
        carried += at(rates, hour) * seconds / POINTS;
      }
      arrivals.add((int) carried);
      carried -= (int) carried;
    }
    if (arrivals.stream().allMatch(people -> people == 0)) {
      arrivals.set(0, 1);
    }
    return arrivals;
  }

  private static double at(List<Double> rates, double hour) {
    double before = rates.get((int) hour);
    return before + (hour - (int) hour) * (rates.get((int) hour + 1) - before);
  }

  /**
   * Requests a second at the beginning of each hour of an ordinary day and of a month's last one,
   * and at the end of both: 49 values.
   *
   * @param peak requests a second at nine on an ordinary day
   */
  static List<Double> twoDays(double peak) {
    List<Double> rates = new ArrayList<>();
    for (double factor : new double[] {1, MONTH_END}) {
      for (int hour = 0; hour < HOURS.length; hour++) {
        boolean work = hour >= WORK_BEGINS && hour < WORK_ENDS;
        rates.add(peak * HOURS[hour] * (work ? factor : 1));
      }
    }
    rates.add(peak * HOURS[0]);
    return rates;
  }
}
