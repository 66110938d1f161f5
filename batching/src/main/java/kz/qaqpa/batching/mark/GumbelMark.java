package kz.qaqpa.batching.mark;

/**
 * Confined to its owner. Noise that looks random to everybody without the key and is repeatable for
 * who has it: a 32-bit word for each key, context and token. Whoever chooses {@code argmax(score +
 * gumbel(word))} draws each token with its own probability (Gumbel 1954), and words of chosen
 * tokens lean towards high values, which is the watermark (Aaronson 2022, "My AI safety lecture for
 * UT Effective Altruism").
 *
 * <pre>
 * Words     Philox4x32-10 as in vLLM, which names it philox4x32-10-v1: bit for bit the same. The
 *           context becomes a state, state and token become a word; four tokens in a row share one
 *           block.
 * Context   The four tokens before, of the answer alone; -1 stands for what is before its start.
 * Uniform   24 bits of a word, from 2^-24 to 1 - 2^-24. So noise lies between -2.82 and 16.64, and
 *           there is a score below which no token can win.
 * Machines  StrictMath takes the logarithms, so that every machine computes the same noise.
 * </pre>
 */
public final class GumbelMark {
  /** Tokens of a context. */
  public static final int CONTEXT = 4;

  /** What stands in a context for a token before the answer's start. */
  public static final int PADDING = -1;

  /** More than any noise: {@code gumbel} of the highest word is 16.64. */
  public static final double MOST_NOISE = 16.7;

  /** Tokens whose words are taken at once. */
  public static final int RUN = 4 * Philox4x32.RUN;

  private static final int CONTEXT_TAG = 0x574D4358;
  private static final int TOKEN_TAG = 0x574D544B;
  private static final int STEPS = 1 << 24;
  private static final double LOG2_E = 1.4426950408889634;
  private static final int NO_BLOCK = -1;

  private final Philox4x32 philox = new Philox4x32();
  private int s0;
  private int s1;
  private int s2;
  private int k0;
  private int k1;
  private int block = NO_BLOCK;
  private int runStart;

  /** From now on words are of this key and context, the token just before being the last. */
  public void at(long key, int first, int second, int third, int last) {
    int low = (int) key;
    int high = (int) (key >>> 32);
    philox.map(CONTEXT_TAG ^ first, CONTEXT ^ second, third, last, low, high);
    s0 = philox.x0;
    s1 = philox.x1;
    s2 = philox.x2;
    k0 = low ^ philox.x3;
    k1 = high ^ TOKEN_TAG;
    block = NO_BLOCK;
  }

  /** The word of a token, which is 0 or more. */
  public int word(int token) {
    int wanted = token >>> 2;
    if (wanted != block) {
      philox.map(wanted, s0, s1, s2, k0, k1);
      block = wanted;
    }
    return switch (token & 3) {
      case 0 -> philox.x0;
      case 1 -> philox.x1;
      case 2 -> philox.x2;
      default -> philox.x3;
    };
  }

  /**
   * Takes the words of {@link #RUN} tokens at once, for {@link #nextHigh}.
   *
   * @param first a multiple of {@link #RUN}
   */
  public void run(int first) {
    philox.mapRun(first >>> 2, s0, s1, s2, k0, k1);
    runStart = first;
  }

  /**
   * The next token of the run whose word is high.
   *
   * @param from a token of the run, or the one after its last
   * @param lowest that the first 24 bits of the word have to reach
   * @return the token, or the one after the run's last
   */
  public int nextHigh(int from, int lowest) {
    int i = from - runStart;
    while (i < RUN && runWord(i) >>> 8 < lowest) {
      i = (i & 3) < 3 ? i + 1 : 4 * philox.nextHigh((i + 1) >> 2, lowest);
    }
    return runStart + i;
  }

  private int runWord(int i) {
    return switch (i & 3) {
      case 0 -> philox.run0[i >> 2];
      case 1 -> philox.run1[i >> 2];
      case 2 -> philox.run2[i >> 2];
      default -> philox.run3[i >> 2];
    };
  }

  /** A word as a number between 0 and 1, both excluded: a float, as in vLLM. */
  public static double uniform(int word) {
    return (float) (((word >>> 8) + 1.0) / (STEPS + 1));
  }

  /** A word as noise of Gumbel's distribution. */
  public static double gumbel(int word) {
    return -StrictMath.log(-StrictMath.log(uniform(word)));
  }

  /**
   * How much a chosen token's word speaks for the mark: without a mark it is distributed
   * exponentially with mean 1; with it, the mean is the harmonic number of 1/p for a token of
   * probability p.
   */
  public static double evidence(int word) {
    return -StrictMath.log(1 - uniform(word));
  }

  /**
   * Whether a word's noise surely lies below a bound: says so for nearly all that do, without a
   * logarithm, see {@link #lowest}; here with the power of two above {@code e^-bound}.
   *
   * @param bound at most {@link #MOST_NOISE}
   */
  public static boolean isSurelyBelow(double bound, int word) {
    int exponent = (int) Math.ceil(-bound * LOG2_E);
    return exponent < 0 && (word >>> 8) < STEPS - (1 << (24 + exponent)) - 1;
  }

  /**
   * The first 24 bits of a word below which its noise surely lies below a bound. {@code -ln(-ln u)
   * <= -ln(1 - u)}, so noise below x is certain where {@code 1 - u > e^-x}. One step of 24 bits is
   * left for the rounding of u.
   *
   * @return 0 or less if there is no such word
   */
  public static int lowest(double bound) {
    return Math.max(0, (int) (STEPS * (1 - StrictMath.exp(-bound)))) - 2;
  }
}
