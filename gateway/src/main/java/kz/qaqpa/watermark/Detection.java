package kz.qaqpa.watermark;

/**
 * What a text shows under one master key.
 *
 * @param keyId the master key's name
 * @param subKey which of its sixteen keys fits best
 * @param scored number of tokens that were scored
 * @param score the sum of what they say; without a watermark {@code scored} on average, and
 *     distributed as so many exponential variables
 * @param logP natural logarithm of the p-value: how likely the best of sixteen keys is to fit at
 *     least so well if the text has nothing to do with the key. Sixteen times the best key's own,
 *     at most 1 (Bonferroni)
 */
public record Detection(String keyId, int subKey, int scored, double score, double logP) {

  /** The p-value; 0 where it is too small for a double. */
  public double p() {
    return StrictMath.exp(logP);
  }

  /** The p-value rounded up to a power of ten, as its exponent: 0 or less. */
  public int powerOfTen() {
    return (int) Math.ceil(logP / StrictMath.log(10));
  }

  /** Whether the p-value is at most {@code level}. */
  public boolean isBelow(double level) {
    return logP <= StrictMath.log(level);
  }
}
