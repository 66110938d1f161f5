package kz.qaqpa.metrics;

import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/** Makes counters and histograms whose first labels are vLLM's, {@code model_name, engine}. */
final class Meters {
  private final PrometheusRegistry registry;
  private final String model;

  Meters(PrometheusRegistry registry, String model) {
    this.registry = registry;
    this.model = model;
  }

  /** A histogram with no labels but vLLM's: one series, ready to be observed. */
  DistributionDataPoint histogram(String name, String help, double[] buckets) {
    return histogram(name, help, buckets, "model_name", "engine").labelValues(model, "0");
  }

  /** A histogram with labels of its own. */
  Histogram histogram(String name, String help, double[] buckets, String... labels) {
    return Histogram.builder()
        .name(name)
        .help(help)
        .labelNames(labels)
        .classicOnly()
        .classicUpperBounds(buckets)
        .withoutExemplars()
        .register(registry);
  }

  /**
   * A counter with vLLM's labels.
   *
   * @param more labels behind those
   */
  Counting counter(String name, String help, String... more) {
    String[] labels = new String[2 + more.length];
    labels[0] = "model_name";
    labels[1] = "engine";
    System.arraycopy(more, 0, labels, 2, more.length);
    Counter counter =
        Counter.builder()
            .name(name)
            .help(help)
            .labelNames(labels)
            .withoutExemplars()
            .register(registry);
    return (amount, values) -> {
      String[] all = new String[labels.length];
      all[0] = model;
      all[1] = "0";
      System.arraycopy(values, 0, all, 2, values.length);
      counter.labelValues(all).inc(amount);
    };
  }

  /** A counter of one model. */
  interface Counting {

    /**
     * Adds to a series.
     *
     * @param values of the labels behind vLLM's
     */
    void add(long amount, String... values);

    /** Adds one. */
    default void count(String... values) {
      add(1, values);
    }
  }
}
