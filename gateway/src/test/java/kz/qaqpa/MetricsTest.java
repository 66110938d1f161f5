package kz.qaqpa;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
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
              "vllm:prefix_cache_hits_total" + labels + " 0.0");
      assertThat(text.lines())
          .anyMatch(line -> line.matches("vllm:request_success_total\\{.*\"stop\".*} 1.0"))
          .anyMatch(line -> line.matches("vllm:request_success_total\\{.*\"length\".*} 1.0"))
          .anyMatch(line -> line.matches("vllm:cache_config_info\\{.*block_size=\"64\".*} 1"))
          .anyMatch(line -> line.matches("qaqpa_refusals_total\\{.*missing_required.*} 1.0"))
          .anyMatch(line -> line.startsWith("jvm_memory_used_bytes{"));
      for (String histogram :
          List.of(
              "vllm:time_to_first_token_seconds",
              "vllm:time_per_output_token_seconds",
              "vllm:e2e_request_latency_seconds",
              "vllm:request_queue_time_seconds",
              "vllm:request_prefill_time_seconds",
              "vllm:iteration_tokens_total")) {
        assertThat(text).contains("# TYPE " + histogram + " histogram");
        assertThat(text).containsPattern(histogram + "_count\\{[^}]*} [1-9]");
      }
    }
  }
}
