package kz.qaqpa.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import kz.qaqpa.batching.BatchingStats;
import kz.qaqpa.engine.EngineShape;

/** Reads the step loop once a scrape: all figures of one scrape belong together. */
final class EngineCollector implements MultiCollector {
  private final Labels labels;
  private final EngineSource source;

  EngineCollector(String model, EngineSource source) {
    this.labels = Labels.of("model_name", model, "engine", "0");
    this.source = source;
  }

  @Override
  public MetricSnapshots collect() {
    BatchingStats stats = source.stats().get();
    return MetricSnapshots.of(
        gauge("vllm:num_requests_running", "Requests that hold a slot", stats.running()),
        gauge("vllm:num_requests_waiting", "Requests in the queue", stats.waiting()),
        gauge("vllm:kv_cache_usage_perc", "Share of the KV cache in use, 0 to 1", usage(stats)),
        counter("vllm:prompt_tokens", "Prompt tokens accepted", stats.promptTokens()),
        counter("vllm:generation_tokens", "Tokens delivered", stats.outputTokens()),
        counter(
            "vllm:prefix_cache_queries",
            "Prompt tokens looked up in the prefix cache",
            stats.promptTokens()),
        counter(
            "vllm:prefix_cache_hits",
            "Prompt tokens found in the prefix cache",
            stats.cachedPromptTokens()),
        counter(
            "vllm:num_preemptions",
            "Requests that gave up their slot for another",
            stats.preemptions()),
        cachedTokens(stats),
        counter(
            "qaqpa_recomputed_tokens",
            "Tokens computed once more after a preemption",
            stats.recomputedTokens()),
        gauge("qaqpa_host_cache_blocks", "Blocks of KV in host memory", stats.hostBlocksUsed()),
        gauge(
            "qaqpa_host_cache_blocks_reserved",
            "Blocks that preempted requests hold",
            stats.hostBlocksHeld()),
        gauge("qaqpa_ring_depth", "Requests on their way to the step loop", stats.ringDepth()),
        gauge("qaqpa_ring_capacity", "Most of those; more are refused", stats.ringCapacity()),
        Snapshots.seconds(
            "qaqpa_step_engine_seconds",
            "Time of steps inside the engine",
            labels,
            stats.engineNanos()),
        Snapshots.seconds(
            "qaqpa_step_outside_seconds",
            "Time of steps outside the engine: planning, sampling, handing over",
            labels,
            stats.loopNanos()),
        cacheConfig(source.shape()));
  }

  private CounterSnapshot cachedTokens(BatchingStats stats) {
    long fromHost = stats.hostCachedPromptTokens();
    Labels slot = labels.merge(Labels.of("tier", "slot"));
    Labels host = labels.merge(Labels.of("tier", "host"));
    return Snapshots.counter(
            "qaqpa_prefix_cache_hits", "Prompt tokens not computed, by where their KV was")
        .dataPoint(Snapshots.count(slot, stats.cachedPromptTokens() - fromHost))
        .dataPoint(Snapshots.count(host, fromHost))
        .build();
  }

  private static double usage(BatchingStats stats) {
    return stats.kvTokensCapacity() == 0
        ? 0
        : (double) stats.kvTokensUsed() / (double) stats.kvTokensCapacity();
  }

  private InfoSnapshot cacheConfig(EngineShape shape) {
    int block = shape.prefillChunk();
    long blocks = (long) shape.slots() * shape.slotLength() / block;
    return InfoSnapshot.builder()
        .name("vllm:cache_config")
        .help("Sizes of the KV cache; a block is the unit of prefix caching")
        .dataPoint(
            InfoDataPointSnapshot.builder()
                .labels(
                    labels.merge(
                        Labels.of(
                            "block_size",
                            Integer.toString(block),
                            "num_gpu_blocks",
                            Long.toString(blocks),
                            "cache_dtype",
                            shape.dtype())))
                .build())
        .build();
  }

  private GaugeSnapshot gauge(String name, String help, double value) {
    return Snapshots.gauge(name, help, labels, value);
  }

  private CounterSnapshot counter(String name, String help, long value) {
    return Snapshots.counter(name, help, labels, value);
  }
}
