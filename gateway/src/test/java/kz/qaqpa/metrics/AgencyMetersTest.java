package kz.qaqpa.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** However many agencies there are, the lines of the metrics are bounded. */
class AgencyMetersTest {

  private static Ending ending(@Nullable String agency, @Nullable String error) {
    return new Ending(
        new Ending.Asked(agency, "chat", 1, 0),
        new Ending.Outcome(error == null ? 200 : 429, error == null ? "stop" : null, error, null),
        new Ending.Tokens(10, 4, 3),
        new Ending.Times(2_000_000_000L, 0, 0, 0, 700_000_000L, 1_000_000_000L));
  }

  @Test
  void agenciesBeyondTheThousandth_areOneLine() {
    try (GatewayMetrics metrics = new GatewayMetrics("m")) {
      for (int i = 0; i < 1_200; i++) {
        metrics.request(ending("agency-" + i, null));
      }
      metrics.request(ending("agency-7", null));
      List<String> lines = metrics.scrapeAgencies().lines().toList();
      assertThat(lines.stream().filter(line -> line.startsWith("qaqpa_agency_requests_total{")))
          .hasSize(1_001)
          .contains(
              "qaqpa_agency_requests_total{agency=\"agency-7\",outcome=\"answered\"} 2.0",
              "qaqpa_agency_requests_total{agency=\"other\",outcome=\"answered\"} 200.0");
      assertThat(lines)
          .contains(
              "qaqpa_agency_tokens_total{agency=\"other\",kind=\"prompt\"} 2000.0",
              "qaqpa_agency_tokens_total{agency=\"other\",kind=\"cached\"} 800.0",
              "qaqpa_agency_tokens_total{agency=\"other\",kind=\"output\"} 600.0",
              "qaqpa_agency_time_to_first_token_seconds_bucket{agency=\"other\",le=\"1.0\"} 200");
    }
  }

  @Test
  void refusals_andRequestsOfNobody() {
    try (GatewayMetrics metrics = new GatewayMetrics("m")) {
      metrics.request(ending("minfin", "insufficient_quota"));
      metrics.request(ending(null, "invalid_api_key"));
      assertThat(metrics.scrapeAgencies().lines())
          .contains("qaqpa_agency_requests_total{agency=\"minfin\",outcome=\"refused\"} 1.0")
          .noneMatch(line -> line.startsWith("qaqpa_agency_requests_total{agency=\"other\""));
    }
  }
}
