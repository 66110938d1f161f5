package kz.qaqpa;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import kz.qaqpa.fixture.RawClient;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import org.junit.jupiter.api.Test;

/** The names that scrapers of vLLM look for, exactly. */
class MetricsTest {

  @Test
  void names_areThoseOfVllm() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying("сәлем"))) {
      gateway.post(TestGateway.chat("a", ""));
      gateway.post(TestGateway.chat("a", "\"max_tokens\":3,\"stream\":true"));
      gateway.post("{}");
      gateway.awaitNothingLeft();
      String labels = "{engine=\"0\",model_name=\"kaz-mini\"}";
      String text = gateway.get("/metrics").body();
      assertThat(text.lines())
          .contains(
              "vllm:num_requests_running" + labels + " 0.0",
              "vllm:num_requests_waiting" + labels + " 0.0",
              "vllm:kv_cache_usage_perc" + labels + " 0.0",
              "vllm:prompt_tokens_total" + labels + " 4.0",
              "vllm:generation_tokens_total" + labels + " 13.0",
              "vllm:prefix_cache_queries_total" + labels + " 4.0",
              "vllm:prefix_cache_hits_total" + labels + " 0.0",
              "vllm:num_preemptions_total" + labels + " 0.0",
              "qaqpa_recomputed_tokens_total" + labels + " 0.0",
              "qaqpa_ring_depth" + labels + " 0.0",
              "qaqpa_ring_capacity" + labels + " 1024.0",
              "resilience4j_circuitbreaker_state{name=\"engine\",state=\"open\"} 0.0",
              "resilience4j_bulkhead_available_concurrent_calls{name=\"engine\"} " + "1024.0",
              "resilience4j_bulkhead_max_allowed_concurrent_calls{name=\"engine\"} 1024.0",
              "resilience4j_timelimiter_calls_total{kind=\"timeout\",name=\"engine\"} 0.0",
              "qaqpa_host_cache_blocks" + labels + " 0.0",
              "qaqpa_host_cache_blocks_reserved" + labels + " 0.0");
      for (String tier : List.of("slot", "host")) {
        assertThat(text)
            .containsPattern("qaqpa_prefix_cache_hits_total\\{.*tier=\"" + tier + "\"} 0\\.0");
      }
      assertThat(text.lines())
          .anyMatch(line -> line.matches("vllm:request_success_total\\{.*\"stop\".*} 1.0"))
          .anyMatch(line -> line.matches("vllm:request_success_total\\{.*\"length\".*} 1.0"))
          .anyMatch(line -> line.matches("vllm:cache_config_info\\{.*block_size=\"64\".*} 1"))
          .anyMatch(line -> line.matches("qaqpa_refusals_total\\{.*missing_required.*} 1.0"))
          .anyMatch(line ->
              line.matches(
                  "qaqpa_refusal_seconds_count\\{.*reason=\"missing_required_parameter\".*} 1"))
          .anyMatch(line -> line.startsWith("netty_allocator_memory_used{"))
          .anyMatch(line -> line.matches("qaqpa_labels_total\\{.*\"complete\".*} 2.0"))
          .anyMatch(line -> line.matches("qaqpa_notices_total\\{.*policy=\"client\".*} 2.0"))
          .anyMatch(line ->
              line.matches(
                  "gen_ai_server_request_duration_seconds_count\\{error_type=\"\","
                      + "gen_ai_operation_name=\"chat\",gen_ai_provider_name=\"qaqpa\","
                      + "gen_ai_request_model=\"kaz-mini\"} 2"))
          .anyMatch(line -> line.startsWith("jvm_memory_used_bytes{"));
      assertThat(text.lines().filter(line -> line.startsWith("vllm:inter_token_latency")))
          .as("one measurement under two names")
          .containsExactlyElementsOf(
              text.lines()
                  .filter(line -> line.startsWith("vllm:time_per_output_token"))
                  .map(line -> line.replace("time_per_output_token", "inter_token_latency"))
                  .toList());
      assertThat(text).as("names of agencies are for operators").doesNotContain("agency=");
      for (String histogram :
          List.of(
              "vllm:time_to_first_token_seconds",
              "vllm:time_per_output_token_seconds",
              "vllm:e2e_request_latency_seconds",
              "vllm:request_queue_time_seconds",
              "vllm:request_prefill_time_seconds",
              "vllm:request_decode_time_seconds",
              "vllm:request_inference_time_seconds",
              "vllm:inter_token_latency_seconds",
              "vllm:request_prompt_tokens",
              "vllm:request_generation_tokens",
              "vllm:request_params_n",
              "vllm:request_params_max_tokens",
              "qaqpa_request_quota_time_seconds",
              "gen_ai_server_request_duration_seconds",
              "gen_ai_server_time_to_first_token_seconds",
              "gen_ai_server_time_per_output_token_seconds",
              "vllm:iteration_tokens_total")) {
        assertThat(text).contains("# TYPE " + histogram + " histogram");
        assertThat(text).containsPattern(histogram + "_count\\{[^}]*} [1-9]");
      }
    }
  }

  @Test
  void disconnects_areCountedByPhase() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.repeating("сәлем "))) {
      gateway.engine().eachStepTakes(Duration.ofMillis(5));
      try (RawClient client = new RawClient(gateway.address())) {
        client.chat(TestGateway.chat("a", "\"stream\":true")).readUntil("{\"content\":");
      }
      gateway.awaitNothingLeft();
      TestGateway.await(() ->
          metrics(gateway)
              .anyMatch(line -> line.matches("vllm:request_success_total\\{.*\"abort\".*} 1.0")));
      assertThat(metrics(gateway))
          .anyMatch(line -> line.matches("qaqpa_labels_total\\{.*\"partial\".*} 1.0"))
          .anyMatch(line -> line.matches("qaqpa_disconnects_total\\{.*\"stream\".*} 1.0"));
    }
  }

  private static Stream<String> metrics(TestGateway gateway) {
    return gateway.gateway().metrics().scrape().lines();
  }
}
