package kz.qaqpa.watermark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;

class GammaTailTest {
  private static final MathContext DIGITS = new MathContext(34, RoundingMode.HALF_EVEN);

  /** The first n terms of the exponential series, divided by all of them, in 34 digits. */
  private static double exact(int n, double sum) {
    BigDecimal s = new BigDecimal(sum);
    BigDecimal term = BigDecimal.ONE;
    BigDecimal first = BigDecimal.ZERO;
    BigDecimal all = BigDecimal.ZERO;
    int last =
        (int) (Math.max(n, sum) + 20 * Math.sqrt(Math.max(n, sum)) + 60); // The rest is < 1e-34.
    for (int k = 0; k < last; k++) {
      all = all.add(term, DIGITS);
      first = k < n ? first.add(term, DIGITS) : first;
      term = term.multiply(s, DIGITS).divide(BigDecimal.valueOf(k + 1L), DIGITS);
    }
    return log(first.divide(all, DIGITS));
  }

  private static double log(BigDecimal value) {
    int digits = value.precision() - value.scale();
    return Math.log(value.movePointLeft(digits).doubleValue()) + digits * Math.log(10);
  }

  @Test
  void agreesWithExactSums() {
    Seeds.forRandom(
        TestSize.tries(100, 3_000),
        random -> {
          int n = 1 + random.nextInt(random.nextBoolean() ? 60 : 900);
          double sum = n * Math.exp(random.nextDouble() * 3 - 1);
          assertThat(GammaTail.log(n, sum))
              .as("n %d, sum %s", n, sum)
              .isCloseTo(exact(n, sum), within(1e-12 * Math.max(1, Math.abs(exact(n, sum)))));
        });
  }

  @Test
  void agreesWithExactSumsForTheLongestTexts() {
    for (double sum : new double[] {99_000, 100_000, 110_000}) {
      double exact = exact(100_000, sum);
      assertThat(GammaTail.log(100_000, sum)).isCloseTo(exact, within(1e-10 * Math.abs(exact)));
    }
    assertThat(GammaTail.log(100_000, 700_000)).isBetween(-500_000.0, -400_000.0);
  }

  @Test
  void endsAreRight() {
    assertThat(GammaTail.log(0, 0)).isZero();
    assertThat(GammaTail.log(5, 0)).isZero();
    assertThat(GammaTail.log(5, 1e-9)).isCloseTo(-1e-45 / 120, within(1e-56));
    assertThat(GammaTail.log(1, 3)).isCloseTo(-3, within(1e-15));
    assertThat(GammaTail.log(1, 1e-3)).isCloseTo(-1e-3, within(1e-18));
    assertThat(GammaTail.log(2, 5_000)).isCloseTo(-5_000 + Math.log(5_001), within(1e-11));
  }
}
