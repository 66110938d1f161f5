package kz.qaqpa.cli.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class MetricsPageTest {
  private static final String TEXT =
      """
      # HELP a_total Things
      # TYPE a_total counter
      a_total{kind="x",who="one"} 3.0
      a_total{kind="y",who="a \\"quoted, one\\""} 4.0
      b 1.5e3
      h_bucket{le="0.1"} 10
      h_bucket{le="0.2"} 30
      h_bucket{le="+Inf"} 40
      h_count 40
      """;

  @Test
  void seriesAreSummed_byNameAndLabel() {
    MetricsPage page = MetricsPage.parse(TEXT);
    assertThat(page.sum("a_total")).isEqualTo(7);
    assertThat(page.sum("a_total", "kind", "y")).isEqualTo(4);
    assertThat(page.sum("b")).isEqualTo(1500);
    assertThat(page.sum("absent")).isZero();
    assertThat(page.by("a_total", "kind")).containsEntry("x", 3.0).containsEntry("y", 4.0);
  }

  @Test
  void percentiles_areThoseOfPromql() {
    MetricsPage.Buckets all = MetricsPage.parse(TEXT).histogram("h", _ -> true);
    assertThat(all.count()).isEqualTo(40);
    assertThat(all.percentile(50)).isCloseTo(0.15, within(1e-9));
    assertThat(all.percentile(12.5)).isCloseTo(0.05, within(1e-9));
    assertThat(all.percentile(99)).as("beyond the last bound").isEqualTo(0.2);
    MetricsPage.Buckets none = all.since(all);
    assertThat(none.count()).isZero();
    assertThat(none.percentile(50)).isNaN();
  }
}
