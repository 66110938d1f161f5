package kz.qaqpa.metrics;

import io.prometheus.metrics.core.datapoints.DistributionDataPoint;
import io.prometheus.metrics.core.metrics.Histogram;

/**
 * What is known of an answer once it is over: under vLLM's names, and under those of OpenTelemetry
 * for servers of generative AI (its semantic conventions, status Development), as the Prometheus
 * exporter of OpenTelemetry writes them. Any thread.
 */
final class AnswerMeters {
  private static final double NANOS = 1e9;
  private static final String PROVIDER = "qaqpa";

  private final String model;
  private final DistributionDataPoint whole;
  private final DistributionDataPoint queue;
  private final DistributionDataPoint prefill;
  private final DistributionDataPoint decode;
  private final DistributionDataPoint inference;
  private final DistributionDataPoint quota;
  private final DistributionDataPoint promptLength;
  private final DistributionDataPoint answerLength;
  private final DistributionDataPoint choices;
  private final DistributionDataPoint maxTokens;
  private final Meters.Counting success;
  private final Histogram serverDuration;
  private final Histogram serverFirstToken;
  private final Histogram serverToken;

  AnswerMeters(Meters meters, String model) {
    this.model = model;
    double[] time = Buckets.REQUEST;
    whole = meters.histogram("vllm:e2e_request_latency_seconds", "Time of a whole request", time);
    queue = meters.histogram("vllm:request_queue_time_seconds", "Time in the queue", time);
    prefill =
        meters.histogram(
            "vllm:request_prefill_time_seconds",
            "Time from the first step of a request to its first token",
            time);
    decode =
        meters.histogram(
            "vllm:request_decode_time_seconds",
            "Time from the first token of an answer to its last",
            time);
    inference =
        meters.histogram(
            "vllm:request_inference_time_seconds",
            "Time from the first step of a request to the last token",
            time);
    quota =
        meters.histogram(
            "qaqpa_request_quota_time_seconds",
            "Time to reserve what a request may use",
            Buckets.FIRST_TOKEN);
    promptLength =
        meters.histogram("vllm:request_prompt_tokens", "Tokens of a prompt", Buckets.LENGTH);
    answerLength =
        meters.histogram("vllm:request_generation_tokens", "Tokens of an answer", Buckets.LENGTH);
    choices =
        meters.histogram("vllm:request_params_n", "Answers asked for at once", Buckets.CHOICES);
    maxTokens =
        meters.histogram(
            "vllm:request_params_max_tokens",
            "Most tokens of an answer, where its client says so",
            Buckets.LENGTH);
    success =
        meters.counter("vllm:request_success", "Answers that came to their end", "finished_reason");
    String[] names = {
      "gen_ai_operation_name", "gen_ai_provider_name", "gen_ai_request_model", "error_type"
    };
    serverDuration =
        meters.histogram(
            "gen_ai_server_request_duration_seconds",
            "Time of a whole request",
            Buckets.SERVER_DURATION,
            names);
    serverFirstToken =
        meters.histogram(
            "gen_ai_server_time_to_first_token_seconds",
            "Time to the first token of an answer",
            Buckets.SERVER_FIRST_TOKEN,
            names);
    serverToken =
        meters.histogram(
            "gen_ai_server_time_per_output_token_seconds",
            "Time per token after the first, of answers that came to their end",
            Buckets.SERVER_TOKEN,
            names);
  }

  /** Counts a request that is over; one that the engine never had counts for its duration only. */
  void count(Ending ending) {
    server(ending);
    String finish = ending.outcome().finish();
    if (finish == null) {
      return;
    }
    Ending.Times times = ending.times();
    success.count(finish);
    observe(whole, times.total());
    observe(quota, times.quota());
    observe(queue, times.queue());
    observe(prefill, times.prefill());
    observe(decode, times.decode());
    observe(inference, times.prefill() < 0 ? -1 : times.prefill() + Math.max(0, times.decode()));
    promptLength.observe(ending.tokens().prompt());
    answerLength.observe(ending.tokens().output());
    choices.observe(ending.asked().choices());
    if (ending.asked().maxTokens() > 0) {
      maxTokens.observe(ending.asked().maxTokens());
    }
  }

  private void server(Ending ending) {
    String operation = ending.asked().operation();
    if (operation == null) {
      return;
    }
    Ending.Times times = ending.times();
    String error = error(ending.outcome());
    String[] labels = {operation, PROVIDER, model, error};
    observe(serverDuration.labelValues(labels), times.total());
    if (times.firstToken() >= 0) {
      observe(serverFirstToken.labelValues(labels), times.firstToken());
    }
    int later = ending.tokens().output() - Math.max(1, ending.asked().choices());
    if (error.isEmpty() && later > 0) {
      observe(serverToken.labelValues(labels), times.decode() / later);
    }
  }

  /** Tags are of a small set that no client can add to. */
  private static String error(Ending.Outcome outcome) {
    if (outcome.error() != null) {
      return outcome.error();
    }
    return outcome.gone() == null ? "" : "client_gone";
  }

  private static void observe(DistributionDataPoint histogram, long nanos) {
    if (nanos >= 0) {
      histogram.observe(nanos / NANOS);
    }
  }
}
