package kz.qaqpa.batching.kv.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;

class FrequencySketchTest {

  @Test
  void anEstimateIsNeverTooLowBeforeAgeingAndSeldomTooHigh() {
    Seeds.forRandom(
        TestSize.tries(50, 1_000),
        random -> {
          FrequencySketch sketch = new FrequencySketch(512);
          Map<Long, Integer> seen = new HashMap<>();
          long[] hashes = random.longs(400).toArray();
          for (int i = 0; i < 2_000; i++) {
            long hash = hashes[(int) (hashes.length * Math.pow(random.nextDouble(), 3))];
            sketch.increment(hash);
            seen.merge(hash, 1, Integer::sum);
          }
          int high = 0;
          for (Map.Entry<Long, Integer> one : seen.entrySet()) {
            int truth = Math.min(15, one.getValue());
            int estimate = sketch.estimate(one.getKey());
            assertThat(estimate).isBetween(truth, 15);
            high += estimate > truth ? 1 : 0;
          }
          assertThat(high).isLessThan(seen.size() / 10);
        });
  }

  @Test
  void whatIsNotSeenAnyMoreIsForgottenByHalves() {
    FrequencySketch sketch = new FrequencySketch(64);
    for (int i = 0; i < 15; i++) {
      sketch.increment(7);
    }
    assertThat(sketch.estimate(7)).isEqualTo(15);
    int before = 15;
    for (long other = 1_000_000; before > 0; other += 0x9E3779B97F4A7C15L) {
      sketch.increment(other);
      int now = sketch.estimate(7);
      assertThat(now).isIn(before, before / 2, before / 2 + 1);
      before = Math.min(before, now);
      if (other > Long.MAX_VALUE - (1L << 62)) {
        break;
      }
    }
    for (int i = 0; i < 10_000; i++) {
      sketch.increment(i * 0xBF58476D1CE4E5B9L + 1);
    }
    assertThat(sketch.estimate(7)).isLessThan(8);
  }
}
