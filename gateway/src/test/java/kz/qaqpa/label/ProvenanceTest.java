package kz.qaqpa.label;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import kz.qaqpa.label.Provenance.Autonomy;
import kz.qaqpa.label.Provenance.Ground;
import kz.qaqpa.label.Provenance.Mode;
import kz.qaqpa.label.Provenance.Risk;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ProvenanceTest {
  @Test
  void decisionsThatNobodyCanCorrect_needAReviewByAHuman() {
    assertThatThrownBy(() -> provenance(Autonomy.HIGH, null))
        .hasMessage("humanReviewUrl: absent (expected: a link, as autonomy is high)");
    assertThat(provenance(Autonomy.HIGH, "https://a.kz/review").humanReviewUrl()).isNotNull();
    assertThat(provenance(Autonomy.LOW, null).humanReviewUrl()).isNull();
  }

  @Test
  void linksAreLinks() {
    for (String link : List.of("javascript:alert(1)", "https://", "a b", "file:///etc", "қ")) {
      assertThatThrownBy(() -> provenance(Autonomy.LOW, link))
          .hasMessageStartingWith("humanReviewUrl: no link (expected: https://");
    }
  }

  @Test
  void thereIsAGround() {
    assertThatThrownBy(() -> withGround(List.of()))
        .hasMessage("ground: none (expected: service_notice, synthetic_result or both)");
    assertThatThrownBy(() -> withGround(List.of(Ground.SERVICE_NOTICE, Ground.SERVICE_NOTICE)))
        .hasMessage("ground: one twice (expected: service_notice, synthetic_result or both)");
    assertThat(Ground.SYNTHETIC_RESULT.article()).isEqualTo("21(2)");
  }

  @Test
  void anUndeclaredOne() {
    Provenance sandbox = Provenance.undeclared("sandbox", "development", LabelSamples.NAME);
    assertThat(sandbox.owner()).isEqualTo(sandbox.holder()).isEqualTo(LabelSamples.NAME);
    assertThat(sandbox.ground()).containsExactly(Ground.SERVICE_NOTICE);
  }

  private static Provenance provenance(Autonomy autonomy, @Nullable String review) {
    return new Provenance(
        "a",
        "b",
        LabelSamples.NAME,
        LabelSamples.NAME,
        Risk.HIGH,
        autonomy,
        Mode.OPEN,
        List.of(Ground.SERVICE_NOTICE),
        null,
        review);
  }

  private static Provenance withGround(List<Ground> ground) {
    return new Provenance(
        "a",
        "b",
        LabelSamples.NAME,
        LabelSamples.NAME,
        Risk.HIGH,
        Autonomy.LOW,
        Mode.OPEN,
        ground,
        null,
        null);
  }
}
