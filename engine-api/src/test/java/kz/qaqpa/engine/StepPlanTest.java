package kz.qaqpa.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StepPlanTest {
  private final StepPlanBuilder builder =
      new StepPlanBuilder(new EngineShape(100, 4, 32, 16, 8, 1, 1, 4, "f32"));

  @Test
  void packsTokensByRowAndKeepsTheLengthsOfOtherSlots() {
    builder.slotLength(3, 7);
    builder.row(2, 5, LogitsMode.CANDIDATES);
    builder.token(41);
    builder.row(0, 0, LogitsMode.NONE);
    builder.token(1);
    builder.token(2);

    StepPlan plan = builder.plan();
    assertThat(plan.rows()).isEqualTo(2);
    assertThat(plan.tokens()).isEqualTo(3);
    assertThat(plan.slot(0)).isEqualTo(2);
    assertThat(plan.offset(1)).isEqualTo(1);
    assertThat(plan.queryLength(1)).isEqualTo(2);
    assertThat(plan.token(plan.offset(1) + 1)).isEqualTo(2);
    assertThat(plan.slotLength(2)).isEqualTo(5);
    assertThat(plan.slotLength(3)).isEqualTo(7);
    assertThat(builder.remainingTokens()).isEqualTo(13);
  }

  @Test
  void clearStartsAnEmptyPlan() {
    builder.row(1, 3, LogitsMode.FULL);
    builder.token(9);
    builder.clear();

    assertThat(builder.plan().rows()).isZero();
    assertThat(builder.plan().tokens()).isZero();
    assertThat(builder.plan().slotLength(1)).isZero();
  }
}
