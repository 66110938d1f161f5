package kz.qaqpa.batching.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PlacementTest {
  private final KvSlots slots = new KvSlots(8);
  private final PrefixCache cache = new PrefixCache(8, 2048, 64, BlockHash.CHAINED, true);
  private final Placement placement = new Placement(slots, cache);
  private final PrefixCache.Match none = new PrefixCache.Match();

  private void fill(int slot, int tokens) {
    cache.begin(slot, slot);
    cache.append(slot, IntStream.range(0, tokens).toArray(), 0, tokens, true);
    slots.acquire(slot);
    slots.release(slot);
  }

  private static PrefixCache.Match match(int slot, int tokens) {
    PrefixCache.Match match = new PrefixCache.Match();
    match.slot = slot;
    match.tokens = tokens;
    return match;
  }

  @Test
  void theLowestOfEmptySlotsIsGivenFirst() {
    assertThat(placement.choose(none, 100)).isZero();
    slots.acquire(0);
    slots.acquire(1);
    assertThat(placement.choose(none, 100)).isEqualTo(2);
    slots.release(0);
    assertThat(placement.choose(none, 100)).isZero();
  }

  @Test
  void aPrefixIsTakenOverWhereItLiesLowAndCopiedDownWhereItLiesFarOut() {
    fill(0, 512);
    assertThat(placement.choose(match(0, 512), 100)).isZero();

    fill(7, 512);
    cache.truncate(0, 0);
    assertThat(placement.choose(match(7, 512), 100)).isZero();
    // With slot 6 held the range reaches that far anyway.
    slots.acquire(6);
    cache.begin(0, 0);
    assertThat(placement.choose(match(7, 2048), 1)).isEqualTo(7);
  }

  @Test
  void emptySlotsAreFilledBeforeLongContentIsEvictedAndTheOldestGoesFirst() {
    fill(0, 1024);
    assertThat(placement.choose(none, 100)).isEqualTo(1);
    for (int slot = 1; slot < 8; slot++) {
      fill(slot, 1024);
    }
    slots.acquire(7); // The range is all slots: only age counts.
    assertThat(placement.choose(none, 100)).isZero();
  }

  @Test
  void nothingIsFreeWhenAllIsHeld() {
    IntStream.range(0, 8).forEach(slots::acquire);
    assertThat(placement.choose(none, 1)).isEqualTo(-1);
    assertThat(slots.holes()).isZero();
  }

  @Test
  void movingCostsWhatIsCopiedAndWhatIsLost() {
    fill(0, 128);
    slots.acquire(3);
    cache.begin(3, 3);
    cache.append(3, new int[640], 0, 640, true);

    assertThat(slots.holes()).isEqualTo(3);
    assertThat(placement.cheapestHole()).isEqualTo(1);
    assertThat(placement.moveCost(3, 1)).isEqualTo(11);
    assertThat(placement.moveCost(3, 0)).isGreaterThan(11);
  }

  @Test
  void aSlotIsHeldOnceAndReleasedOnce() {
    slots.acquire(2);
    assertThatThrownBy(() -> slots.acquire(2)).hasMessage("slot 2: held (expected: free)");
    slots.release(2);
    assertThatThrownBy(() -> slots.release(2)).hasMessage("slot 2: free (expected: held)");
    assertThat(slots.held()).isZero();
    assertThat(slots.highestHeld()).isEqualTo(-1);
  }
}
