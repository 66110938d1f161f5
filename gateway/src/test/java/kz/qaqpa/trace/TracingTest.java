package kz.qaqpa.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HexFormat;
import kz.qaqpa.fixture.LogLines;
import kz.qaqpa.fixture.OtlpCollector;
import kz.qaqpa.fixture.RawClient;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Spans as a collector gets them, by OTLP. */
class TracingTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String PARENT = "b7ad6b7169203331";

  @Test
  void request_isOneSpan_inItsCallersTrace() throws Exception {
    try (OtlpCollector collector = new OtlpCollector();
        LogLines log = new LogLines()) {
      HttpResponse<String> answer;
      try (TestGateway gateway = TestGateway.traced(Script.saying("сәлем"), collector.endpoint())) {
        answer =
            gateway.send(
                gateway
                    .request("/v1/chat/completions", TestGateway.KEY)
                    .header("traceparent", "00-" + TRACE + "-" + PARENT + "-01")
                    .header("tracestate", "egov=1")
                    .header("x-request-id", "r-1")
                    .POST(HttpRequest.BodyPublishers.ofString(TestGateway.chat("сұрақ", "")))
                    .build());
      }
      TestGateway.await(() -> !collector.spans().isEmpty());
      assertThat(collector.spans()).hasSize(1);
      Span span = collector.spans().getFirst();
      assertThat(hex(span.getTraceId())).isEqualTo(TRACE);
      assertThat(hex(span.getParentSpanId())).isEqualTo(PARENT);
      assertThat(span.getTraceState()).isEqualTo("egov=1");
      assertThat(span.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_SERVER);
      assertThat(span.getName()).isEqualTo("chat kaz-mini");
      assertThat(answer.headers().firstValue("traceresponse"))
          .contains("00-" + TRACE + "-" + hex(span.getSpanId()) + "-01");
      assertThat(span.getEventsList().stream().map(Span.Event::getName))
          .containsExactly("queue", "prefill", "first token", "finish");
      assertThat(span.getEventsList().stream().map(Span.Event::getTimeUnixNano)).isSorted();
      assertThat(span.getEvents(3).getTimeUnixNano()).isEqualTo(span.getEndTimeUnixNano());

      assertThat(said(span, "qaqpa.request.id").getStringValue()).isEqualTo("r-1");
      assertThat(said(span, "qaqpa.agency").getStringValue()).isEqualTo("sandbox");
      assertThat(said(span, "http.response.status_code").getIntValue()).isEqualTo(200);
      assertThat(said(span, "gen_ai.operation.name").getStringValue()).isEqualTo("chat");
      assertThat(said(span, "gen_ai.usage.output_tokens").getIntValue())
          .isEqualTo(Script.length("сәлем"));
      assertThat(
              said(span, "gen_ai.response.finish_reasons")
                  .getArrayValue()
                  .getValues(0)
                  .getStringValue())
          .isEqualTo("stop");
      assertThat(span.toString()).doesNotContain("сәлем", "сұрақ");
      assertThat(log.await("\"r-1\"")).contains("\"trace\":\"" + TRACE + "\"");
    }
  }

  @Test
  void refusals_andClientsThatLeave_haveSpansToo() throws Exception {
    try (OtlpCollector collector = new OtlpCollector()) {
      try (TestGateway gateway =
          TestGateway.traced(Script.repeating("сәлем "), collector.endpoint())) {
        gateway.engine().eachStepTakes(Duration.ofMillis(5));
        gateway.post("{}");
        try (RawClient client = new RawClient(gateway.address())) {
          client.chat(TestGateway.chat("a", "\"stream\":true,\"max_tokens\":900"));
          client.readUntil("{\"content\":");
        }
        gateway.awaitNothingLeft();
      }
      TestGateway.await(() -> collector.spans().size() >= 2);
      assertThat(collector.spans()).hasSize(2);
      Span refused = collector.spans().getFirst();
      assertThat(said(refused, "error.type").getStringValue())
          .isEqualTo("missing_required_parameter");
      assertThat(collector.spans().getFirst().getStatus().getCode())
          .as("the client's mistake is no error of the server")
          .isEqualTo(Status.StatusCode.STATUS_CODE_UNSET);
      Span left = collector.spans().getLast();
      assertThat(said(left, "qaqpa.client_gone").getStringValue()).isIn("stream", "done");
    }
  }

  @Test
  void collectorThatIsAway_isNoRequestsConcern() throws Exception {
    try (OtlpCollector collector = new OtlpCollector()) {
      collector.answer(400);
      try (TestGateway gateway = TestGateway.traced(Script.saying("сәлем"), collector.endpoint())) {
        for (int i = 0; i < 200; i++) {
          assertThat(gateway.get("/v1/models").statusCode()).isEqualTo(200);
        }
      }
      assertThat(collector.spans()).isEmpty();
    }
  }

  @Test
  void callerWhoDoesNotSample_isFollowed() throws Exception {
    try (OtlpCollector collector = new OtlpCollector()) {
      try (TestGateway gateway = TestGateway.traced(Script.saying("сәлем"), collector.endpoint())) {
        gateway.send(
            gateway
                .request("/v1/models", TestGateway.KEY)
                .header("traceparent", "00-" + TRACE + "-" + PARENT + "-00")
                .build());
      }
      assertThat(collector.spans()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"localhost:4318", "ftp://a/b", "http://", "http://user:pass@a/b", "not a uri"})
  void endpoint_isAnAddress(String endpoint) {
    assertThatThrownBy(() -> new TracingSettings(endpoint, 1, Duration.ofSeconds(1), 1))
        .hasMessageStartingWith("endpoint: ")
        .hasMessageContaining("(expected: an address such as");
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1.1, Double.NaN})
  void sample_isAPart(double sample) {
    assertThatThrownBy(() -> new TracingSettings("", sample, Duration.ofSeconds(1), 1))
        .hasMessage("sample: " + sample + " (expected: 0 to 1)");
  }

  private static AnyValue said(Span span, String key) {
    return span.getAttributesList().stream()
        .filter(it -> it.getKey().equals(key))
        .map(KeyValue::getValue)
        .findFirst()
        .orElseThrow();
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }
}
