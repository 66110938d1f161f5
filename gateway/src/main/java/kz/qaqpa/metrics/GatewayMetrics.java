package kz.qaqpa.metrics;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.netty4.NettyAllocatorMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import kz.qaqpa.admission.Identification;
import kz.qaqpa.admission.quota.QuotaStore;
import kz.qaqpa.engine.EngineGauge;
import kz.qaqpa.guard.Guards;
import kz.qaqpa.health.EngineRestarts;
import kz.qaqpa.health.Readiness;
import kz.qaqpa.ledger.LedgerStats;
import kz.qaqpa.metrics.Meters.Counting;

/**
 * What the gateway counts, under vLLM's names, so that what scrapes vLLM scrapes Qaqpa. Those names
 * have colons and exact buckets, which Micrometer's naming does not carry over; they are kept with
 * the Prometheus client, in the registry that Micrometer's JVM meters also go to. Any thread.
 */
public final class GatewayMetrics implements AutoCloseable {
  /** Agencies that have lines of their own. */
  public static final int MOST_AGENCIES = AgencyMeters.MOST;

  /** What all others are called together. */
  public static final String OTHER_AGENCIES = AgencyMeters.OTHER;

  /** Intervals of {@link RecentLatency}: with one a second, half a minute. */
  private static final int RECENT = 30;

  private static final double NANOS = 1e9;

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final PrometheusMeterRegistry jvm =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, registry, Clock.SYSTEM);
  private final JvmGcMetrics gc = new JvmGcMetrics();
  private final PrometheusRegistry agencyRegistry = new PrometheusRegistry();
  private final PrometheusMeterRegistry agencyText =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, agencyRegistry, Clock.SYSTEM);
  private final String model;
  private final DistributionDataPoint firstToken;
  private final DistributionDataPoint tokenGap;
  private final RecentLatency recentFirstToken = new RecentLatency(RECENT);
  private final RecentLatency recentTokenGap = new RecentLatency(RECENT);
  private final DistributionDataPoint stepTokens;
  private final AnswerMeters answers;
  private final AgencyMeters agencies;
  private final Counting requests;
  private final Counting refusals;
  private final Counting admissionRejections;
  private final Counting disconnects;
  private final Counting labels;
  private final Counting notices;
  private final Counting watermarks;
  private final Counting ignoredFields;
  private final Counting invisibleCharacters;
  private final GaugeDataPoint sockets;
  private final Counting socketEnds;
  private final Gauge certificates;
  private final Histogram refusalTime;

  /**
   * @param model value of the label {@code model_name}
   */
  public GatewayMetrics(String model) {
    this.model = model;
    bindBuffers(); // First: filters are for meters that come later.
    new JvmMemoryMetrics().bindTo(jvm);
    new JvmThreadMetrics().bindTo(jvm);
    new ProcessorMetrics().bindTo(jvm);
    new FileDescriptorMetrics().bindTo(jvm);
    gc.bindTo(jvm);
    Meters meters = new Meters(registry, model);
    firstToken =
        meters.histogram(
            "vllm:time_to_first_token_seconds",
            "Time to the first token of an answer",
            Buckets.FIRST_TOKEN);
    tokenGap = gaps(meters);
    answers = new AnswerMeters(meters, model);
    agencies = new AgencyMeters(agencyRegistry);
    stepTokens =
        meters.histogram("vllm:iteration_tokens_total", "Tokens of one engine step", Buckets.STEP);
    requests = meters.counter("qaqpa_requests", "Requests by status", "status");
    refusals = meters.counter("qaqpa_refusals", "Requests refused or failed, by reason", "reason");
    admissionRejections =
        meters.counter(
            "vllm:admission_rejections", "Requests that the engine had no room for", "reason");
    disconnects =
        meters.counter(
            "qaqpa_disconnects", "Requests whose clients left, by how far they had come", "phase");
    labels =
        meters.counter("qaqpa_labels", "Labels of answers: complete, partial, unsigned", "kind");
    notices = meters.counter("qaqpa_notices", "Answers by how people are told", "policy");
    watermarks = meters.counter("qaqpa_watermarked_answers", "Answers with a watermark");
    sockets =
        Gauge.builder()
            .name("qaqpa_websocket_connections")
            .help("WebSocket sessions that are open")
            .labelNames("model_name", "engine")
            .withoutExemplars()
            .register(registry)
            .labelValues(model, "0");
    socketEnds =
        meters.counter("qaqpa_websocket_closes", "WebSocket sessions ended, by code", "code");
    refusalTime =
        meters.histogram(
            "qaqpa_refusal_seconds",
            "Time from a request to its refusal, of those that the engine never had",
            Buckets.REFUSAL,
            "model_name",
            "engine",
            "reason");
    certificates =
        Gauge.builder()
            .name("qaqpa_tls_certificate_expiry_timestamp_seconds")
            .help("When the certificate of a port ends, in seconds since 1970")
            .labelNames("port")
            .withoutExemplars()
            .register(registry);
    ignoredFields = meters.counter("qaqpa_ignored_fields", "Request fields outside the schema");
    invisibleCharacters =
        meters.counter(
            "qaqpa_invisible_characters", "Characters taken out of prompts, as nobody sees them");
  }

  /** Netty's memory; without the allocator's identity, which is another one after each start. */
  private void bindBuffers() {
    jvm.config()
        .meterFilter(
            new MeterFilter() {
              @Override
              public Meter.Id map(Meter.Id id) {
                return id.getName().startsWith("netty.allocator")
                    ? id.replaceTags(
                        id.getTags().stream().filter(t -> !t.getKey().equals("id")).toList())
                    : id;
              }
            });
    if (ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider buffers) {
      new NettyAllocatorMetrics(buffers).bindTo(jvm);
    }
  }

  /** One measurement under both names that versions of vLLM have for it. */
  private DistributionDataPoint gaps(Meters meters) {
    String help = "Time between two tokens of an answer";
    Histogram gaps =
        meters.histogram(
            "vllm:time_per_output_token_seconds", help, Buckets.TOKEN_GAP, "model_name", "engine");
    registry.register(
        (Collector)
            () ->
                new HistogramSnapshot(
                    new MetricMetadata("vllm:inter_token_latency_seconds", help),
                    gaps.collect().getDataPoints()));
    return gaps.labelValues(model, "0");
  }

  /**
   * A port is secured by a certificate.
   *
   * @param port {@code api} or {@code admin}
   * @param end of the one that ends first of those that it shows
   */
  public void secured(String port, Instant end) {
    certificates.labelValues(port).set((double) end.getEpochSecond());
  }

  /** Everything as of now, in Prometheus' text format. */
  public String scrape() {
    return jvm.scrape();
  }

  /** What each agency asked for and got, in the same format: for operators alone. */
  public String scrapeAgencies() {
    return agencyText.scrape();
  }

  /** Adds what the step loop and the cache know of themselves. */
  public void watch(EngineSource source) {
    registry.register(new EngineCollector(model, source));
  }

  /** Adds the gauges that the engine brings. */
  public void watch(List<EngineGauge> gauges) {
    registry.register(new EngineGauges(model, gauges));
  }

  /** Adds what the quotas know of themselves. */
  public void watch(QuotaStore quotas) {
    registry.register(new QuotaCollector(quotas));
  }

  /** Adds how often the engine was opened again. */
  public void watch(EngineRestarts restarts) {
    registry.register(
        (MultiCollector)
            () ->
                MetricSnapshots.of(
                    Snapshots.counter(
                        "qaqpa_engine_restarts",
                        "Times that the engine was opened again after it failed",
                        restarts.restarts()),
                    Snapshots.gauge(
                        "qaqpa_engine_breaker_open",
                        "1 while the engine would not be opened again, as it failed too often",
                        restarts.mayRestart() ? 0 : 1)));
  }

  /** Adds the circuit breakers, bulkheads and time limits. */
  public void watch(Guards guards) {
    registry.register(new GuardCollector(guards));
  }

  /** Adds whether it should be sent requests. */
  public void watch(Readiness readiness) {
    registry.register(new HealthCollector(readiness));
  }

  /** Adds how up to date the registry is. */
  public void watch(Identification identification) {
    registry.register(new RegistryCollector(identification));
  }

  /** Adds what the ledger knows of itself. */
  public void watch(Supplier<LedgerStats> ledger) {
    registry.register(new LedgerCollector(ledger));
  }

  /**
   * A token was delivered.
   *
   * @param first whether it is the first of its answer
   * @param nanos since the one before, or since the request came
   */
  public void token(boolean first, long nanos) {
    (first ? firstToken : tokenGap).observe(nanos / NANOS);
    (first ? recentFirstToken : recentTokenGap).record(nanos);
  }

  /** Time to the first token, lately; one asks, once a second. */
  public RecentLatency recentFirstToken() {
    return recentFirstToken;
  }

  /** Time between two tokens, lately; one asks, once a second. */
  public RecentLatency recentTokenGap() {
    return recentTokenGap;
  }

  /** A step of the engine carried this many tokens; called on the step loop. */
  public void step(int tokens) {
    stepTokens.observe(tokens);
  }

  /** A request is over. */
  public void request(Ending ending) {
    requests.count(Integer.toString(ending.outcome().status()));
    String gone = ending.outcome().gone();
    if (gone != null) {
      disconnects.count(gone);
    }
    String error = ending.outcome().error();
    if (error != null && ending.outcome().finish() == null) {
      refusalTime
          .labelValues(model, "0", error)
          .observe(Math.max(0, ending.times().total()) / NANOS);
    }
    answers.count(ending);
    agencies.count(ending);
  }

  /** A request was refused or failed. */
  public void refused(String tag) {
    refusals.count(tag);
  }

  /** The engine had no room for a request, or had failed. */
  public void rejected(String reason) {
    admissionRejections.count(reason);
  }

  /**
   * An answer begins.
   *
   * @param notice how people are told that a machine wrote it
   * @param watermarked whether its words carry a watermark
   */
  public void begun(String notice, boolean watermarked) {
    notices.count(notice);
    if (watermarked) {
      watermarks.count();
    }
  }

  /** An answer was labelled: {@code complete}, {@code partial} or {@code unsigned}. */
  public void labelled(String kind) {
    labels.count(kind);
  }

  /** A WebSocket session began. */
  public void socketOpened() {
    sockets.inc();
  }

  /** A WebSocket session is over; codes of applications' own are counted as one. */
  public void socketClosed(int code) {
    sockets.dec();
    socketEnds.count(code < 3000 ? Integer.toString(code) : "3000-4999");
  }

  /** A request had fields outside the schema. */
  public void ignored(int fields) {
    if (fields > 0) {
      ignoredFields.add(fields);
    }
  }

  /** Characters that nobody sees were taken out of a prompt. */
  public void invisible(int characters) {
    if (characters > 0) {
      invisibleCharacters.add(characters);
    }
  }

  @Override
  public void close() {
    gc.close();
    jvm.close();
    agencyText.close();
  }
}
