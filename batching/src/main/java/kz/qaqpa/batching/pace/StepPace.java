package kz.qaqpa.batching.pace;

import java.time.Duration;
import kz.qaqpa.batching.BatchingSettings;

/**
 * Confined to the step loop. How many cells of prompts a step may read beside the answers that it
 * decodes, so that these are not kept waiting: from the time that steps took. No clock; times are
 * arguments.
 *
 * <pre>
 * Time       Of a step is from its plan to the next one's: what lies between two tokens of an
 *            answer. A step of decode rows alone gives the time of decoding so many; what another
 *            step took beyond that, divided by its cells, gives the time of a cell.
 * Bound      {@link BatchingSettings#interTokenLatency}; without one, twice the time of decoding
 *            alone, or that and one cell where a cell takes longer.
 * Progress   Where not even one cell fits, one is read in each {@link #LONGEST_FAST}th step:
 *            prompts are late then, but never left.
 * Doubt      While nothing was measured, one cell. While prompts are read in every step, each
 *            {@link #MOST_MIXED}th is without them, so that decoding alone is measured again.
 * </pre>
 *
 * <p>Nothing here changes what a cell is, only when it is read: no bit of an answer depends on it.
 */
public final class StepPace {
  /** Steps of which at least one reads a cell, if there is one to be read. */
  static final int LONGEST_FAST = 8;

  /** Steps with cells after which one without them is measured. */
  static final int MOST_MIXED = 64;

  /** Samples of other steps after which a time is no longer believed. */
  private static final int LONGEST_MEMORY = 4_096;

  /** Part of a cell that a run costs at least, however few tokens it has. */
  private static final double LEAST_RUN = 0.25;

  /** Part of a step's time that its cells take at least: noise must not make them free. */
  private static final double LEAST_READING = 0.02;

  private static final int BUCKETS = 96;

  private final double bound; // In ns; 0: relative to the time of decoding.
  private final int cellTokens;
  private final RobustMean[] decode = new RobustMean[BUCKETS]; // By number of rows.
  private final long[] measured = new long[BUCKETS]; // Which sample was the last.
  private final RobustMean cell = new RobustMean();
  private long samples;

  // The step that was planned last.
  private boolean isOpen;
  private long plannedNanos;
  private int decodeRows;
  private double cells;

  private int fastSteps; // In a row, in which a cell was not allowed.
  private int mixedSteps; // Since decoding alone was measured.

  /**
   * Nothing measured yet.
   *
   * @param bound most time between two tokens of an answer; zero for the relative one
   * @param cellTokens tokens of a cell
   */
  public StepPace(Duration bound, int cellTokens) {
    this.bound = bound.toNanos();
    this.cellTokens = cellTokens;
    for (int i = 0; i < BUCKETS; i++) {
      decode[i] = new RobustMean();
    }
  }

  /** A step is about to be planned: the one before it is over, if there was one. */
  public void begin(long now) {
    if (isOpen) {
      isOpen = false;
      measure((double) (now - plannedNanos));
    }
  }

  private void measure(double nanos) {
    samples++;
    if (cells == 0) {
      decode[bucket(decodeRows)].add(nanos);
      measured[bucket(decodeRows)] = samples;
    } else if (decodeRows == 0 || isKnown(nearest(decodeRows))) {
      double read = Math.max(nanos - decodeNanos(decodeRows), LEAST_READING * nanos);
      cell.add(read / cells);
    }
  }

  /** The step that came to nothing is not measured. */
  public void forget() {
    isOpen = false;
  }

  /** Most cells that a step may read beside so many answers. */
  public int cells(int rows) {
    if (rows == 0) {
      return Integer.MAX_VALUE;
    }
    if (mixedSteps >= MOST_MIXED) {
      return 0;
    }
    int fitting = fitting(rows);
    return fitting == 0 && fastSteps >= LONGEST_FAST - 1 ? 1 : fitting;
  }

  private int fitting(int rows) {
    double alone = decodeNanos(rows);
    if (!cell.isKnown() || !isKnown(nearest(rows))) {
      return 1;
    }
    double left = bound > 0 ? bound - alone : Math.max(alone, cell.get());
    return (int) Math.min(Integer.MAX_VALUE, Math.max(0, left) / cell.get());
  }

  /**
   * A step was planned.
   *
   * @param now as told to {@link #begin}
   * @param rows that decode
   * @param runs rows that read prompts
   * @param promptTokens that they read
   */
  public void planned(long now, int rows, int runs, int promptTokens) {
    isOpen = rows + runs > 0;
    plannedNanos = now;
    decodeRows = rows;
    cells = Math.max(promptTokens / (double) cellTokens, runs * LEAST_RUN);
    if (rows == 0 || runs > 0) {
      fastSteps = 0;
    } else {
      fastSteps++;
    }
    mixedSteps = rows > 0 && runs > 0 ? mixedSteps + 1 : rows > 0 ? 0 : mixedSteps;
  }

  /** Time of a step that decodes so many rows and nothing else; 0 if that was not measured. */
  public double decodeNanos(int rows) {
    return rows == 0 ? 0 : decode[nearest(rows)].get();
  }

  /** Time of a cell; 0 if that was not measured. */
  public double cellNanos() {
    return cell.get();
  }

  /** Time until another cell is read, beside so many answers; 0 if that was not measured. */
  public double cellNanosBeside(int rows) {
    int together = Math.min(Math.max(1, fitting(Math.max(rows, 1))), 1 << 16);
    return cell.get() + decodeNanos(rows) / together;
  }

  /** The bucket of so many rows, or the nearest one that was measured of late. */
  private int nearest(int rows) {
    int own = bucket(rows);
    for (int distance = 0; distance < BUCKETS; distance++) {
      if (own + distance < BUCKETS && isKnown(own + distance)) {
        return own + distance;
      }
      if (own >= distance && isKnown(own - distance)) {
        return own - distance;
      }
    }
    return own;
  }

  private boolean isKnown(int bucket) {
    return decode[bucket].isKnown() && samples - measured[bucket] <= LONGEST_MEMORY;
  }

  /** Numbers of rows up to 8 each for itself, above that four buckets to a doubling. */
  private static int bucket(int rows) {
    if (rows < 8) {
      return rows;
    }
    int log = 31 - Integer.numberOfLeadingZeros(rows);
    return Math.min(8 + (log - 3) * 4 + ((rows >> (log - 2)) & 3), BUCKETS - 1);
  }
}
