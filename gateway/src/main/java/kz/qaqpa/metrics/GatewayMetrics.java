package kz.qaqpa.metrics;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.function.Supplier;
import kz.qaqpa.admission.Identification;
import kz.qaqpa.admission.quota.QuotaStore;
import kz.qaqpa.ledger.LedgerStats;
import org.jspecify.annotations.Nullable;

/**
 * What the gateway counts, under vLLM's names, so that what scrapes vLLM scrapes Qaqpa. Those names
 * have colons and exact buckets, which Micrometer's naming does not carry over; they are kept with
 * the Prometheus client, in the registry that Micrometer's JVM meters also go to. Any thread.
 */
public final class GatewayMetrics implements AutoCloseable {
  private static final double NANOS = 1e9;

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final PrometheusMeterRegistry jvm =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, registry, Clock.SYSTEM);
  private final JvmGcMetrics gc = new JvmGcMetrics();
  private final String model;
  private final DistributionDataPoint firstToken;
  private final DistributionDataPoint tokenGap;
  private final DistributionDataPoint queueTime;
  private final DistributionDataPoint prefillTime;
  private final DistributionDataPoint requestTime;
  private final DistributionDataPoint promptLength;
  private final DistributionDataPoint answerLength;
  private final DistributionDataPoint stepTokens;
  private final Counter success;
  private final Counter requests;
  private final Counter refusals;
  private final Counter ignoredFields;
  private final Counter invisibleCharacters;
  private final GaugeDataPoint sockets;
  private final Counter socketEnds;

  /**
   * @param model value of the label {@code model_name}
   */
  public GatewayMetrics(String model) {
    this.model = model;
    new JvmMemoryMetrics().bindTo(jvm);
    new JvmThreadMetrics().bindTo(jvm);
    new ProcessorMetrics().bindTo(jvm);
    gc.bindTo(jvm);
    firstToken =
        histogram(
            "vllm:time_to_first_token_seconds",
            "Time to the first token of an answer",
            Buckets.FIRST_TOKEN);
    tokenGap =
        histogram(
            "vllm:time_per_output_token_seconds",
            "Time between two tokens of an answer",
            Buckets.TOKEN_GAP);
    requestTime =
        histogram("vllm:e2e_request_latency_seconds", "Time of a whole request", Buckets.REQUEST);
    queueTime = histogram("vllm:request_queue_time_seconds", "Time in the queue", Buckets.REQUEST);
    prefillTime =
        histogram(
            "vllm:request_prefill_time_seconds",
            "Time from the first step of a request to its first token",
            Buckets.REQUEST);
    promptLength = histogram("vllm:request_prompt_tokens", "Tokens of a prompt", Buckets.LENGTH);
    answerLength =
        histogram("vllm:request_generation_tokens", "Tokens of an answer", Buckets.LENGTH);
    stepTokens =
        histogram("vllm:iteration_tokens_total", "Tokens of one engine step", Buckets.STEP);
    success = counter("vllm:request_success", "Answers that came to their end", "finished_reason");
    requests = counter("qaqpa_requests", "Requests by status", "status");
    refusals = counter("qaqpa_refusals", "Requests refused or failed, by reason", "reason");
    sockets =
        Gauge.builder()
            .name("qaqpa_websocket_connections")
            .help("WebSocket sessions that are open")
            .labelNames("model_name", "engine")
            .withoutExemplars()
            .register(registry)
            .labelValues(model, "0");
    socketEnds = counter("qaqpa_websocket_closes", "WebSocket sessions ended, by code", "code");
    ignoredFields = counter("qaqpa_ignored_fields", "Request fields outside the schema");
    invisibleCharacters =
        counter(
            "qaqpa_invisible_characters", "Characters taken out of prompts, as nobody sees them");
  }

  /** Everything as of now, in Prometheus' text format. */
  public String scrape() {
    return jvm.scrape();
  }

  /** Adds what the step loop and the cache know of themselves. */
  public void watch(EngineSource source) {
    registry.register(new EngineCollector(model, source));
  }

  /** Adds what the quotas know of themselves. */
  public void watch(QuotaStore quotas) {
    registry.register(new QuotaCollector(quotas));
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
  }

  /** A step of the engine carried this many tokens; called on the step loop. */
  public void step(int tokens) {
    stepTokens.observe(tokens);
  }

  /**
   * A request is over.
   *
   * @param ending what is known of it
   * @param nanos how long it took
   */
  public void request(Ending ending, long nanos) {
    requests.labelValues(model, "0", Integer.toString(ending.status())).inc();
    if (ending.reason() == null) {
      return;
    }
    success.labelValues(model, "0", ending.reason()).inc();
    requestTime.observe(nanos / NANOS);
    promptLength.observe(ending.promptTokens());
    answerLength.observe(ending.outputTokens());
    if (ending.queueNanos() >= 0) {
      queueTime.observe(ending.queueNanos() / NANOS);
      prefillTime.observe(ending.prefillNanos() / NANOS);
    }
  }

  /**
   * How a request ended.
   *
   * @param status HTTP status sent, 0 if none was
   * @param reason {@code stop}, {@code length} or {@code abort}; null if the engine never had it
   * @param promptTokens tokens of its prompt
   * @param outputTokens tokens of its answer
   * @param queueNanos time in the queue, -1 if not known
   * @param prefillNanos time from the first step to the first token, -1 if not known
   */
  public record Ending(
      int status,
      @Nullable String reason,
      int promptTokens,
      int outputTokens,
      long queueNanos,
      long prefillNanos) {}

  /** A request was refused or failed. */
  public void refused(String tag) {
    refusals.labelValues(model, "0", tag).inc();
  }

  /** A WebSocket session began. */
  public void socketOpened() {
    sockets.inc();
  }

  /** A WebSocket session is over; codes of applications' own are counted as one. */
  public void socketClosed(int code) {
    sockets.dec();
    socketEnds.labelValues(model, "0", code < 3000 ? Integer.toString(code) : "3000-4999").inc();
  }

  /** A request had fields outside the schema. */
  public void ignored(int fields) {
    if (fields > 0) {
      ignoredFields.labelValues(model, "0").inc(fields);
    }
  }

  /** Characters that nobody sees were taken out of a prompt. */
  public void invisible(int characters) {
    if (characters > 0) {
      invisibleCharacters.labelValues(model, "0").inc(characters);
    }
  }

  @Override
  public void close() {
    gc.close();
    jvm.close();
  }

  private DistributionDataPoint histogram(String name, String help, double[] buckets) {
    return Histogram.builder()
        .name(name)
        .help(help)
        .labelNames("model_name", "engine")
        .classicOnly()
        .classicUpperBounds(buckets)
        .withoutExemplars()
        .register(registry)
        .labelValues(model, "0");
  }

  private Counter counter(String name, String help, String... more) {
    String[] labels = new String[2 + more.length];
    labels[0] = "model_name";
    labels[1] = "engine";
    System.arraycopy(more, 0, labels, 2, more.length);
    return Counter.builder()
        .name(name)
        .help(help)
        .labelNames(labels)
        .withoutExemplars()
        .register(registry);
  }
}
