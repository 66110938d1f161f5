package kz.qaqpa.cli.process;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One scrape of {@code /metrics}, in Prometheus' text format 0.0.4.
 *
 * @param series all of them, as they came
 */
public record MetricsPage(List<Series> series) {
  private static final double MIB = 1 << 20;
  private static final Pattern LINE =
      Pattern.compile("([a-zA-Z_:][\\w:]*)(?:\\{(.*)})? ([^ ]+)(?: -?\\d+)?");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

  /** One series with its value. */
  public record Series(String name, Map<String, String> labels, double value) {}

  /** Reads a page; what is no sample is passed over. */
  public static MetricsPage parse(String text) {
    List<Series> series = new ArrayList<>();
    for (String line : text.split("\n", -1)) {
      Matcher sample = LINE.matcher(line);
      if (!line.startsWith("#") && sample.matches()) {
        series.add(new Series(sample.group(1), labels(sample.group(2)), number(sample.group(3))));
      }
    }
    return new MetricsPage(List.copyOf(series));
  }

  private static Map<String, String> labels(@Nullable String text) {
    Map<String, String> labels = new HashMap<>();
    if (text != null) {
      LABEL.matcher(text).results().forEach(label -> labels.put(label.group(1), label.group(2)));
    }
    return Map.copyOf(labels);
  }

  private static double number(String text) {
    return switch (text) {
      case "+Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
  }

  /** The sum of all series of a name; 0 if there is none. */
  public double sum(String name) {
    return sum(name, _ -> true);
  }

  /** The same of those whose label has this value. */
  public double sum(String name, String label, String value) {
    return sum(name, labels -> value.equals(labels.get(label)));
  }

  /** The same of those whose labels are as asked. */
  public double sum(String name, Predicate<Map<String, String>> labels) {
    return series.stream()
        .filter(one -> one.name.equals(name) && labels.test(one.labels))
        .mapToDouble(Series::value)
        .sum();
  }

  /** Values of a name by one of its labels, summed over the others. */
  public Map<String, Double> by(String name, String label) {
    Map<String, Double> values = new TreeMap<>();
    series.stream()
        .filter(one -> one.name.equals(name))
        .forEach(one -> values.merge(one.labels.getOrDefault(label, ""), one.value, Double::sum));
    return values;
  }

  /** Memory of the heap that is in use, in MiB. */
  public double heapMib() {
    return sum("jvm_memory_used_bytes", "area", "heap") / MIB;
  }

  /**
   * Memory outside the heap that is in use, in MiB: as Netty counts its own, or the JDK all of it;
   * which of them it is depends on the JDK.
   */
  public double directMib() {
    return Math.max(
            sum("netty_allocator_memory_used", "memory_type", "direct"),
            sum("jvm_buffer_memory_used_bytes", "id", "direct"))
        / MIB;
  }

  /** A histogram, summed over the series whose labels are as asked. */
  public Buckets histogram(String name, Predicate<Map<String, String>> labels) {
    TreeMap<Double, Double> counts = new TreeMap<>();
    series.stream()
        .filter(one -> one.name.equals(name + "_bucket") && labels.test(one.labels))
        .forEach(one ->
            counts.merge(number(one.labels.getOrDefault("le", "+Inf")), one.value, Double::sum));
    return new Buckets(counts);
  }

  /**
   * A histogram.
   *
   * @param counts observations up to each bound, the last one being infinite
   */
  public record Buckets(NavigableMap<Double, Double> counts) {

    /** What came after an earlier reading of the same histogram. */
    public Buckets since(Buckets earlier) {
      TreeMap<Double, Double> left = new TreeMap<>();
      counts.forEach(
          (bound, count) -> left.put(bound, count - earlier.counts.getOrDefault(bound, 0.0)));
      return new Buckets(left);
    }

    /** Observations. */
    public double count() {
      return counts.isEmpty() ? 0 : counts.lastEntry().getValue();
    }

    /**
     * A percentile, linear within its bucket as in PromQL's {@code histogram_quantile}.
     *
     * @return NaN without observations; the highest finite bound where it lies beyond that
     */
    public double percentile(double percent) {
      double rank = percent / 100 * count();
      if (count() <= 0) {
        return Double.NaN;
      }
      double low = 0;
      double below = 0;
      for (Map.Entry<Double, Double> bucket : counts.entrySet()) {
        double high = bucket.getKey();
        double here = bucket.getValue();
        if (here >= rank && here > below) {
          return Double.isInfinite(high)
              ? low
              : low + (high - low) * (rank - below) / (here - below);
        }
        low = high;
        below = here;
      }
      return low;
    }
  }
}
