package kz.qaqpa.log;

import static org.assertj.core.api.Assertions.assertThat;

import kz.qaqpa.batching.TokenStream;
import kz.qaqpa.flow.RequestTrace;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RequestLogTest {

  @Test
  void line_isOneJsonObject_whateverAClientSent() {
    RequestTrace trace =
        new RequestTrace("req-1", "POST\r\n", "/v1/\u001b[31m\n" + "x".repeat(500));
    trace.from("minfin", "app");
    trace.asks("model\n\u0007", true);
    trace.answered(200);
    trace.prompt(7);
    trace.token(System.nanoTime());
    trace.read(new TokenStream.Prefill(3, 1_500_000, 2_000_000));
    trace.finished("stop");
    String line = RequestLog.line(trace, false, 12_345_678);
    assertThat(line).matches("\\{.*\\}").doesNotContainPattern("\\p{Cntrl}");
    JsonNode json = JsonMapper.shared().readTree(line);
    assertThat(json.path("agency").asString()).isEqualTo("minfin");
    assertThat(json.path("status").asInt()).isEqualTo(200);
    assertThat(json.path("finish").asString()).isEqualTo("stop");
    assertThat(json.path("queue_ms").asDouble()).isEqualTo(1.5);
    assertThat(json.path("duration_ms").asDouble()).isEqualTo(12.345);
    assertThat(json.path("prompt_tokens").asInt()).isEqualTo(7);
    assertThat(json.path("cached_tokens").asInt()).isEqualTo(3);
    assertThat(json.path("output_tokens").asInt()).isEqualTo(1);
    assertThat(json.path("path").asString()).hasSizeLessThan(140);
    assertThat(json.has("client_gone")).isFalse();
  }

  @Test
  void line_saysHowFarAClientCame() {
    RequestTrace trace = new RequestTrace("req-1", "POST", "/v1/chat/completions");
    trace.enter(RequestTrace.Phase.TOKENIZE);
    JsonNode json = JsonMapper.shared().readTree(RequestLog.line(trace, true, 1));
    assertThat(json.path("client_gone").asString()).isEqualTo("tokenize");
    assertThat(json.has("ttft_ms")).isFalse();
  }
}
