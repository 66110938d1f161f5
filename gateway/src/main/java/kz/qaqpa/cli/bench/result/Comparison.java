package kz.qaqpa.cli.bench.result;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import kz.qaqpa.cli.bench.result.Figure.Better;
import org.jspecify.annotations.Nullable;

/**
 * Two runs of one benchmark side by side.
 *
 * <p>A figure is worse if the ranges of its rounds lie apart in the bad direction, the gap between
 * them is wider than the wider range (half of it with five rounds or more), and the medians differ
 * by more than 5 %. With three rounds of the same thing the ranges alone lie apart in one of twenty
 * cases, so that a table of forty figures would fail by chance; with the gap it is one of some two
 * hundred (normal noise; a drift of the machine between the runs of half that noise doubles it). A
 * p99 has wider ranges and needs a wider gap by that.
 *
 * @param then the earlier run
 * @param now this run
 * @param remarks why absolute figures are not compared; empty if they are
 * @param rows in the order of this run, followed by what only the earlier one has
 */
public record Comparison(BenchResult then, BenchResult now, List<String> remarks, List<Row> rows) {
  private static final int LEAST_ROUNDS = 3;
  private static final int MANY_ROUNDS = 5;
  private static final double LEAST_CHANGE = 0.05;

  /** Waiting processes for each processor that one run may have met more than the other. */
  private static final double LOAD = 0.5;

  /**
   * One figure of both.
   *
   * @param then null if that run has none
   * @param now null likewise
   */
  public record Row(@Nullable Figure then, @Nullable Figure now, Verdict verdict) {}

  /**
   * Compares.
   *
   * @throws IllegalArgumentException if they are not of the same benchmark
   */
  public static Comparison of(BenchResult then, BenchResult now) {
    if (!then.bench().equals(now.bench())) {
      throw new IllegalArgumentException(
          "bench: " + then.bench() + " (expected: " + now.bench() + ")");
    }
    List<String> remarks = remarks(then, now);
    Set<String> names = new LinkedHashSet<>();
    now.figures().forEach(figure -> names.add(figure.name()));
    then.figures().forEach(figure -> names.add(figure.name()));
    List<Row> rows = new ArrayList<>();
    for (String name : names) {
      Figure before = then.figure(name).orElse(null);
      Figure after = now.figure(name).orElse(null);
      rows.add(new Row(before, after, verdict(before, after, remarks.isEmpty())));
    }
    return new Comparison(then, now, remarks, List.copyOf(rows));
  }

  private static List<String> remarks(BenchResult then, BenchResult now) {
    List<String> remarks = new ArrayList<>();
    Machine before = then.machine();
    Machine after = now.machine();
    if (!before.isLike(after)) {
      remarks.add("another machine");
    } else if (Math.abs(before.loadAverage() - after.loadAverage()) / after.processors() > LOAD) {
      remarks.add(
          String.format(
              Locale.ROOT,
              "another load (average %.2f then, %.2f now)",
              before.loadAverage(),
              after.loadAverage()));
    }
    Set<String> settings = new TreeSet<>(then.settings().keySet());
    settings.addAll(now.settings().keySet());
    for (String name : settings) {
      String was = then.settings().getOrDefault(name, "none");
      String is = now.settings().getOrDefault(name, "none");
      if (!was.equals(is)) {
        remarks.add("another setting (" + name + ": " + was + " then, " + is + " now)");
      }
    }
    return List.copyOf(remarks);
  }

  private static Verdict verdict(@Nullable Figure then, @Nullable Figure now, boolean isLike) {
    if (then == null || now == null || !then.unit().equals(now.unit())) {
      return Verdict.ABSENT;
    } else if (now.better() == Better.NEITHER) {
      return Verdict.TOLD;
    } else if (!isLike && !now.isRatio()) {
      return Verdict.OTHER;
    } else if (Math.min(then.rounds(), now.rounds()) < LEAST_ROUNDS) {
      return Verdict.FEW;
    }
    double change = Math.abs(now.median() - then.median());
    boolean isMore = now.median() > then.median();
    double gap = isMore ? now.least() - then.most() : then.least() - now.most();
    double range = Math.max(then.most() - then.least(), now.most() - now.least());
    boolean hasMany = Math.min(then.rounds(), now.rounds()) >= MANY_ROUNDS;
    if (change <= LEAST_CHANGE * Math.abs(then.median()) || gap <= (hasMany ? range / 2 : range)) {
      return Verdict.SAME;
    }
    return isMore == (now.better() == Better.HIGHER) ? Verdict.BETTER : Verdict.WORSE;
  }

  /** Whether a figure is worse, beyond the noise. */
  public boolean isWorse() {
    return rows.stream().anyMatch(row -> row.verdict == Verdict.WORSE);
  }

  /** For a terminal or a document. */
  public String table() {
    List<String> lines = new ArrayList<>();
    lines.add("then: " + then.measured() + ", " + then.machine().line());
    lines.add("now:  " + now.measured() + ", " + now.machine().line());
    remarks.forEach(remark -> lines.add(remark + ": only ratios within one run are judged"));
    if (!then.machine().java().equals(now.machine().java())
        || !then.machine().kernel().equals(now.machine().kernel())) {
      lines.add("another Java or kernel: judged all the same");
    }
    lines.add("");
    lines.add("| figure | then | now | now / then | |");
    lines.add("|---|---|---|---|---|");
    for (Row row : rows) {
      lines.add(line(row));
    }
    lines.add("");
    long worse = rows.stream().filter(row -> row.verdict == Verdict.WORSE).count();
    long judged =
        rows.stream()
            .filter(row ->
                switch (row.verdict) {
                  case BETTER, WORSE, SAME -> true;
                  case TOLD, FEW, OTHER, ABSENT -> false;
                })
            .count();
    lines.add(worse + " of " + judged + " judged figures worse beyond the noise");
    return String.join("\n", lines);
  }

  private static String line(Row row) {
    Figure then = row.then;
    Figure now = row.now;
    String ratio =
        then == null || now == null || then.median() == 0 || Double.isNaN(then.median())
            ? ""
            : String.format(Locale.ROOT, "%.3f", now.median() / then.median());
    String name = now != null ? now.name() : then == null ? "" : then.name();
    return String.join(
        " | ", "| " + name, text(then), text(now), ratio, row.verdict.words() + " |");
  }

  private static String text(@Nullable Figure figure) {
    if (figure == null || figure.rounds() == 0) {
      return "not measured";
    }
    return String.format(
        Locale.ROOT,
        "%s (%s to %s) %s",
        number(figure.median()),
        number(figure.least()),
        number(figure.most()),
        figure.unit());
  }

  /** Three digits or more, without exponents. */
  private static String number(double value) {
    double size = Math.abs(value);
    return String.format(Locale.ROOT, size >= 100 ? "%.0f" : size >= 1 ? "%.2f" : "%.4f", value);
  }
}
