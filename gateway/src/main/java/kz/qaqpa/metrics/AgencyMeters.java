package kz.qaqpa.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What each agency asked for and got. The first {@value #MOST} agencies have lines of their own,
 * all later ones together those of {@value #OTHER}: scraping stays cheap, whoever comes. Any
 * thread.
 */
final class AgencyMeters {
  /** Agencies with lines of their own. */
  static final int MOST = 1000;

  /** What the others are called. */
  static final String OTHER = "other";

  private static final double NANOS = 1e9;

  private final Set<String> known = ConcurrentHashMap.newKeySet();
  private final Counter requests;
  private final Counter tokens;
  private final Histogram firstToken;

  AgencyMeters(PrometheusRegistry registry) {
    requests =
        Counter.builder()
            .name("qaqpa_agency_requests")
            .help("Requests by agency: answered, refused, failed or left by their clients")
            .labelNames("agency", "outcome")
            .withoutExemplars()
            .register(registry);
    tokens =
        Counter.builder()
            .name("qaqpa_agency_tokens")
            .help("Tokens by agency: of prompts, of those found in the cache, of answers")
            .labelNames("agency", "kind")
            .withoutExemplars()
            .register(registry);
    firstToken =
        Histogram.builder()
            .name("qaqpa_agency_time_to_first_token_seconds")
            .help("Time to the first token of an answer, by agency")
            .labelNames("agency")
            .classicOnly()
            .classicUpperBounds(Buckets.AGENCY_FIRST_TOKEN)
            .withoutExemplars()
            .register(registry);
  }

  /** Counts a request that is over; one of nobody known is not counted. */
  void count(Ending ending) {
    String asking = ending.asked().agency();
    if (asking == null) {
      return;
    }
    String agency = shown(asking);
    requests.labelValues(agency, outcome(ending.outcome())).inc();
    add(agency, "prompt", ending.tokens().prompt());
    add(agency, "cached", ending.tokens().cached());
    add(agency, "output", ending.tokens().output());
    if (ending.times().firstToken() >= 0) {
      firstToken.labelValues(agency).observe(ending.times().firstToken() / NANOS);
    }
  }

  private void add(String agency, String kind, int amount) {
    if (amount > 0) {
      tokens.labelValues(agency, kind).inc(amount);
    }
  }

  /** Two that come at the same moment as the last may both get in: one line more. */
  private String shown(String agency) {
    if (known.contains(agency)) {
      return agency;
    }
    if (known.size() >= MOST) {
      return OTHER;
    }
    known.add(agency);
    return agency;
  }

  private static String outcome(Ending.Outcome outcome) {
    if (outcome.gone() != null) {
      return "left";
    }
    if (outcome.error() == null) {
      return "answered";
    }
    return outcome.finish() == null ? "refused" : "failed";
  }
}
