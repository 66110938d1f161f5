package kz.qaqpa.metrics;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;

/** Figures that are read when they are asked for, as the Prometheus client takes them. */
public final class Snapshots {
  private Snapshots() {}

  /** A gauge of one figure. */
  public static GaugeSnapshot gauge(String name, String help, Labels labels, double value) {
    return gauge(name, help).dataPoint(level(labels, value)).build();
  }

  /** The same without labels. */
  public static GaugeSnapshot gauge(String name, String help, double value) {
    return gauge(name, help, Labels.EMPTY, value);
  }

  /** A gauge whose figures are to come. */
  public static GaugeSnapshot.Builder gauge(String name, String help) {
    return GaugeSnapshot.builder().name(name).help(help);
  }

  /** A figure of a gauge. */
  public static GaugeDataPointSnapshot level(Labels labels, double value) {
    return GaugeDataPointSnapshot.builder().labels(labels).value(value).build();
  }

  /** A counter of one figure; {@code _total} is added to its name where it is shown. */
  public static CounterSnapshot counter(String name, String help, Labels labels, long value) {
    return counter(name, help).dataPoint(count(labels, value)).build();
  }

  /** A counter of time, in seconds; its name ends so. */
  public static CounterSnapshot seconds(String name, String help, Labels labels, long nanos) {
    CounterDataPointSnapshot point =
        CounterDataPointSnapshot.builder().labels(labels).value(nanos / 1e9).build();
    return counter(name, help).dataPoint(point).build();
  }

  /** The same without labels. */
  public static CounterSnapshot counter(String name, String help, long value) {
    return counter(name, help, Labels.EMPTY, value);
  }

  /** A counter whose figures are to come. */
  public static CounterSnapshot.Builder counter(String name, String help) {
    return CounterSnapshot.builder().name(name).help(help);
  }

  /** A figure of a counter. */
  public static CounterDataPointSnapshot count(Labels labels, long value) {
    return CounterDataPointSnapshot.builder().labels(labels).value((double) value).build();
  }
}
