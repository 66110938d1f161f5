package kz.qaqpa.admin;

import static kz.qaqpa.metrics.Snapshots.gauge;
import static kz.qaqpa.metrics.Snapshots.level;

import io.micrometer.core.instrument.Clock;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import kz.qaqpa.admission.Agency;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.suspension.Suspensions;
import kz.qaqpa.metrics.GatewayMetrics;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * What the admin port's metrics say beside those of the serving port: who uses how much. The first
 * {@value GatewayMetrics#MOST_AGENCIES} agencies, and as many applications, have lines of their
 * own; the agencies after those have one together, and their applications none. Any thread; nothing
 * waits.
 */
public final class AgencyMetrics {
  private static final double MILLIS = 1e3;

  private final AgencyList agencies;
  private final LiveUse use;
  private final Suspensions suspensions;
  private final SuspensionDesk desk;
  private final PrometheusMeterRegistry written;
  private volatile MetricSnapshots latest = new MetricSnapshots();

  public AgencyMetrics(
      AgencyList agencies, LiveUse use, Suspensions suspensions, SuspensionDesk desk) {
    this.agencies = agencies;
    this.use = use;
    this.suspensions = suspensions;
    this.desk = desk;
    PrometheusRegistry registry = new PrometheusRegistry();
    registry.register((MultiCollector) () -> latest);
    this.written = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, registry, Clock.SYSTEM);
  }

  /** An account and how it stands; no application where it is an agency's. */
  private record Row(String agency, String application, LiveUse.Account account) {}

  /** What the lines of an account say of one counter. */
  private static final class Sum {
    long settled;
    long reserved;
    long limit;
    boolean limited;

    void add(LiveUse.Window window) {
      settled += window.settled();
      reserved += window.reserved();
      limited |= window.limit() != null;
      limit += window.limit() == null ? 0 : window.limit();
    }
  }

  /** Everything as of now, in Prometheus' text format. */
  public Mono<String> scrape() {
    List<Agency> all = agencies.agencies();
    Set<String> shown =
        all.stream()
            .limit(GatewayMetrics.MOST_AGENCIES)
            .map(Agency::id)
            .collect(Collectors.toSet());
    Flux<Row> ofAgencies =
        Flux.fromIterable(all)
            .concatMap((Agency it) -> {
              String label = shown.contains(it.id()) ? it.id() : GatewayMetrics.OTHER_AGENCIES;
              return use.of(it.id(), null).map(now -> new Row(label, "", now));
            });
    List<Application> applications = shown(shown);
    Flux<Row> ofApplications =
        Flux.fromIterable(applications)
            .concatMap((Application it) ->
                use.of(it.agency().id(), it.id())
                    .map(now -> new Row(it.agency().id(), it.id(), now)));
    return ofAgencies
        .concatWith(ofApplications)
        .collectList()
        .map(rows -> text(rows, applications));
  }

  private List<Application> shown(Set<String> agencyIds) {
    return agencies.applications().stream()
        .filter(it -> agencyIds.contains(it.agency().id()))
        .limit(GatewayMetrics.MOST_AGENCIES)
        .toList();
  }

  private String text(List<Row> rows, List<Application> applications) {
    GaugeSnapshot.Builder settled =
        gauge("qaqpa_agency_window_settled", "Used in the window that is open");
    GaugeSnapshot.Builder reserved =
        gauge("qaqpa_agency_window_reserved", "Held by running requests in the open window");
    GaugeSnapshot.Builder limits =
        gauge("qaqpa_agency_window_limit", "What may be used in a window");
    sums(rows)
        .forEach((labels, sum) -> {
          settled.dataPoint(level(labels, (double) sum.settled));
          reserved.dataPoint(level(labels, (double) sum.reserved));
          if (sum.limited) {
            limits.dataPoint(level(labels, (double) sum.limit));
          }
        });
    latest =
        MetricSnapshots.of(
            settled.build(),
            reserved.build(),
            limits.build(),
            streams(applications),
            suspended(),
            gauge(
                "qaqpa_suspensions_waiting",
                "Suspensions of this gateway that the database has not taken yet",
                desk.waiting()),
            gauge(
                "qaqpa_suspensions_age_seconds",
                "Time since suspensions were last read from the database",
                suspensions.age().toMillis() / MILLIS));
    return written.scrape();
  }

  private static Map<Labels, Sum> sums(List<Row> rows) {
    Map<Labels, Sum> sums = new LinkedHashMap<>();
    for (Row row : rows) {
      List<LiveUse.Window> windows = row.account().windows();
      if (windows == null) {
        continue;
      }
      for (LiveUse.Window window : windows) {
        Labels labels =
            Labels.of(
                "agency", row.agency(),
                "application", row.application(),
                "counter", window.counter());
        sums.computeIfAbsent(labels, _ -> new Sum()).add(window);
      }
    }
    return sums;
  }

  private GaugeSnapshot streams(List<Application> applications) {
    GaugeSnapshot.Builder streams = gauge("qaqpa_agency_streams", "Requests that run here");
    for (Application it : applications) {
      Labels labels = Labels.of("agency", it.agency().id(), "application", it.id());
      streams.dataPoint(level(labels, use.streams(it)));
    }
    return streams.build();
  }

  private GaugeSnapshot suspended() {
    GaugeSnapshot.Builder suspended = gauge("qaqpa_agency_suspended", "Applications suspended");
    suspensions
        .all()
        .forEach(it ->
            suspended.dataPoint(
                level(Labels.of("agency", it.agency(), "application", it.application()), 1)));
    return suspended.build();
  }
}
