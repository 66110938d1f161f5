package kz.qaqpa.batching;

import static org.assertj.core.api.Assertions.assertThat;

import kz.qaqpa.batching.IsolationCheck.Cost;
import kz.qaqpa.batching.IsolationCheck.Finding;
import kz.qaqpa.batching.fixture.Engines;
import kz.qaqpa.batching.fixture.FakeEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class IsolationCheckTest {
  @RegisterExtension final Engines engines = new Engines();

  @Test
  void anAgencyFindsItsOwnPromptInBothTiersAndNobodyElseDoes() {
    FakeEngine fake = FakeEngine.of(1_000, 3, 512);
    Finding found =
        IsolationCheck.run(engines.start(fake, BatchingSettings.defaults()), fake.shape());

    assertThat(found.isIsolated()).isTrue();
    assertThat(found.promptTokens()).isEqualTo(193);
    assertThat(found.cold()).isEqualTo(new Cost(0, 193, 4));
    assertThat(found.own().cachedTokens()).isEqualTo(192);
    assertThat(found.ownLater().cachedTokens()).isEqualTo(192);
    assertThat(fake.hostWrites()).isEqualTo(3);
  }

  @Test
  void anyDifferenceForOthersIsALeak() {
    Cost cold = new Cost(0, 193, 4);
    Cost own = new Cost(192, 1, 4);
    assertThat(new Finding(193, cold, own, cold, own, cold).isIsolated()).isTrue();
    for (Cost leak : new Cost[] {own, new Cost(0, 192, 4), new Cost(0, 193, 3)}) {
      assertThat(new Finding(193, cold, own, leak, own, cold).isIsolated()).isFalse();
      assertThat(new Finding(193, cold, own, cold, own, leak).isIsolated()).isFalse();
    }
  }
}
