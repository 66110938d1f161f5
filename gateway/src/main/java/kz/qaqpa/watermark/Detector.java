package kz.qaqpa.watermark;

import java.text.Normalizer;
import java.util.List;
import kz.qaqpa.batching.mark.Watermark;
import kz.qaqpa.tokenizer.Tokenizer;
import kz.qaqpa.tokenizer.Tokenizer.SpecialTokens;

/**
 * Immutable; any thread. Looks for the watermark of a model's answers in a bare text.
 *
 * <pre>
 * Score    For each key the sum of -ln(1 - u) over the scored tokens, u being the noise that the key
 *          gives a token in its context. In a text that has nothing to do with the key these are
 *          independent exponential variables with mean 1: whoever wrote it, in whatever
 *          language. So the p-value needs no model, no training and no threshold by experience
 *          (Aaronson 2022; vLLM's detector computes the same).
 * Keys     An answer was drawn by one of sixteen keys. All are tried, and the best one's p-value
 *          times sixteen counts. Who asks for several master keys or models has to multiply again.
 * Tokens   The text is brought to NFC with line feeds, and read by the model's tokenizer. Words are
 *          read alone, so a text that was cut anywhere, or has foreign text around it, differs from
 *          the answer's own tokens in the word at the cut; a score depends on five tokens in a row,
 *          so there is no offset to be searched for. Where the model had spelled a word by other
 *          tokens than the tokenizer would, it and the four tokens after it are lost.
 * </pre>
 */
public final class Detector {
  private static final double LOG_KEYS = StrictMath.log(Watermark.SUB_KEYS);

  private final Tokenizer tokenizer;
  private final List<WatermarkKeys> keys;

  /** A detector of answers of one model under some master keys. */
  public Detector(Tokenizer tokenizer, List<WatermarkKeys> keys) {
    this.tokenizer = tokenizer;
    this.keys = List.copyOf(keys);
  }

  /**
   * What a text shows, for each master key in its order. Takes a tenth of a second for a thousand
   * pages.
   *
   * @throws IllegalArgumentException if the text has an unpaired surrogate
   */
  public List<Detection> detect(String text) {
    return detect(tokens(text));
  }

  /**
   * The tokens of a text as they are looked at.
   *
   * @throws IllegalArgumentException if the text has an unpaired surrogate
   */
  public int[] tokens(String text) {
    String plain = Normalizer.normalize(text, Normalizer.Form.NFC).replace("\r\n", "\n");
    return tokenizer.encode(plain, SpecialTokens.AS_TEXT);
  }

  /** The same for the tokens of a text, each 0 or more. */
  public List<Detection> detect(int[] tokens) {
    Evidence evidence = new Evidence(tokens, false);
    return keys.stream().map(master -> best(evidence, master)).toList();
  }

  /** All keys have the same tokens to say something, so the best p-value is the highest score's. */
  private static Detection best(Evidence evidence, WatermarkKeys master) {
    int best = 0;
    double highest = -1;
    for (int i = 0; i < Watermark.SUB_KEYS; i++) {
      double score = evidence.score(master.subKey(i));
      if (score > highest) {
        highest = score;
        best = i;
      }
    }
    double logP = Math.min(0, GammaTail.log(evidence.scored(), highest) + LOG_KEYS);
    return new Detection(master.id(), best, evidence.scored(), highest, logP);
  }
}
