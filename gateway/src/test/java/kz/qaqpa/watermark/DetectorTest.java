package kz.qaqpa.watermark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import kz.qaqpa.batching.fixture.ChiSquare;
import kz.qaqpa.batching.fixture.VllmGoldens;
import kz.qaqpa.batching.mark.GumbelMark;
import kz.qaqpa.batching.mark.Marking;
import kz.qaqpa.batching.mark.Watermark;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import kz.qaqpa.tokenizer.BpeTokenizer;
import kz.qaqpa.tokenizer.Tokenizer;
import org.junit.jupiter.api.Test;

class DetectorTest {
  private static final Tokenizer TOKENIZER =
      BpeTokenizer.load(
          Path.of(System.getProperty("qaqpa.root", ".."), "config", "models", "kaz-mini"));

  private static WatermarkKeys keys(RandomGenerator random) {
    byte[] master = new byte[WatermarkKeys.BYTES];
    random.nextBytes(master);
    return WatermarkKeys.of(master);
  }

  @Test
  void figuresOfVllmsGoldenFileComeOut() {
    Evidence even = new Evidence(VllmGoldens.EVEN.tokens(), true);
    assertThat(even.scored()).isEqualTo(VllmGoldens.EVEN.scored());
    assertFigures(even, VllmGoldens.KEY, VllmGoldens.EVEN.score(), VllmGoldens.EVEN.p());
    assertFigures(even, 43, VllmGoldens.WRONG_KEY_SCORE, VllmGoldens.WRONG_KEY_P);

    Evidence repeating = new Evidence(VllmGoldens.REPEATING.tokens(), true);
    assertThat(repeating.scored()).isEqualTo(VllmGoldens.REPEATING_ONCE_SCORED);
    assertFigures(
        repeating, VllmGoldens.KEY, VllmGoldens.REPEATING_ONCE_SCORE, VllmGoldens.REPEATING_ONCE_P);
  }

  private static void assertFigures(Evidence evidence, long key, double score, double p) {
    assertThat(evidence.score(key)).isCloseTo(score, within(1e-9));
    assertThat(Math.exp(GammaTail.log(evidence.scored(), evidence.score(key))))
        .isCloseTo(p, within(1e-9 * p));
  }

  /** Tokens of an answer in which all of {@code among} tokens were equally likely everywhere. */
  private static int[] answer(Watermark watermark, int length, int among, RandomGenerator random) {
    Marking marking = watermark.begin(length);
    GumbelMark noise = new GumbelMark();
    int[] tokens = new int[length];
    for (int i = 0; i < length; i++) {
      marking.set(noise);
      int best = random.nextInt(TOKENIZER.vocabularySize());
      for (int j = 1; j < among && marking.marksNext(); j++) {
        int other = random.nextInt(TOKENIZER.vocabularySize());
        best = Integer.compareUnsigned(noise.word(other), noise.word(best)) > 0 ? other : best;
      }
      tokens[i] = best;
      marking.append(tokens, i + 1);
    }
    return tokens;
  }

  @Test
  void findsTheKeyThatAnAnswerWasDrawnBy() {
    Seeds.forRandom(
        TestSize.tries(200, 5_000),
        random -> {
          WatermarkKeys ours = keys(random);
          Watermark watermark = ours.watermark(random.nextLong()).choice(random.nextInt(8));
          int[] tokens = answer(watermark, 200, 8, random);
          Detector detector = new Detector(TOKENIZER, List.of(keys(random), ours));

          Detection found = detector.detect(tokens).getLast();

          assertThat(found.keyId()).isEqualTo(ours.id());
          assertThat(found.subKey()).isEqualTo(watermark.subKey());
          assertThat(found.scored()).isEqualTo(196);
          assertThat(found.isBelow(1e-9)).isTrue();
          assertThat(found.powerOfTen()).isLessThan(-8);
          assertThat(detector.detect(tokens).getFirst().logP()).isGreaterThan(Math.log(1e-9));
        });
  }

  /** The p-value of the best key of sixteen, uncorrected, is the least of sixteen even numbers. */
  @Test
  void withoutAWatermarkPValuesAreAsRareAsTheySay() {
    Seeds.forRandom(
        TestSize.tries(1, 30),
        random -> {
          int[] seen = new int[20];
          int[] tokens = random.ints(60, 0, 500).toArray();
          for (int i = 0; i < 10_000; i++) {
            Detector detector = new Detector(TOKENIZER, List.of(keys(random)));
            Detection found = detector.detect(tokens).getFirst();
            double best = Math.exp(GammaTail.log(found.scored(), found.score()));
            seen[(int) Math.min(19, 20 * (1 - Math.pow(1 - best, 16)))]++;
            assertThat(found.p()).isCloseTo(Math.min(1, 16 * best), within(1e-9));
          }
          double[] even = new double[20];
          Arrays.fill(even, 0.05);
          assertThat(ChiSquare.distance(even, seen)).isLessThan(1);
        });
  }

  @Test
  void aCutOrEmbeddedTextLosesTheWordAtTheCutAndNoMore() {
    Seeds.forRandom(
        TestSize.tries(200, 5_000),
        random -> {
          WatermarkKeys ours = keys(random);
          Watermark watermark = ours.watermark(random.nextLong());
          String answer = words(watermark, 120, random);
          Detector detector = new Detector(TOKENIZER, List.of(ours));
          double whole = detector.detect(answer).getFirst().logP();
          int cut = answer.codePointCount(0, answer.length()) / 3;
          String end = answer.substring(answer.offsetByCodePoints(0, cut));
          String pasted = "Бұл мәтінді адам жазды. " + answer + "\nҚұрметпен, әкім.";

          assertThat(whole).isLessThan(Math.log(1e-9));
          assertThat(detector.detect(end).getFirst().logP()).isLessThan(whole / 3);
          assertThat(detector.detect(pasted).getFirst().logP()).isLessThan(whole * 0.6);
          assertThat(detector.detect(pasted).getFirst().subKey()).isEqualTo(watermark.subKey());
        });
  }

  /** An answer of Kazakh words whose tokens are those of the tokenizer, drawn word by word. */
  private static String words(Watermark watermark, int count, RandomGenerator random) {
    List<String> all =
        IntStream.range(300, 8000)
            .mapToObj(id -> new String(TOKENIZER.bytes(id), StandardCharsets.UTF_8))
            .filter(token -> token.matches(" [а-яәғқңөұүһі]{4,}"))
            .toList();
    Marking marking = watermark.begin(count);
    GumbelMark noise = new GumbelMark();
    int[] tokens = new int[count];
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      marking.set(noise);
      String best = all.get(random.nextInt(all.size()));
      for (int j = 1; j < 8 && marking.marksNext(); j++) {
        String other = all.get(random.nextInt(all.size()));
        best = noise.word(id(other)) >>> 1 > noise.word(id(best)) >>> 1 ? other : best;
      }
      tokens[i] = id(best);
      text.append(best);
      marking.append(tokens, i + 1);
    }
    return text.toString();
  }

  private static int id(String word) {
    int[] ids = TOKENIZER.encode(word, Tokenizer.SpecialTokens.AS_TEXT);
    assertThat(ids).hasSize(1);
    return ids[0];
  }

  @Test
  void decomposedLettersAndForeignLineEndsAreForgiven() {
    Detector detector = new Detector(TOKENIZER, List.of(WatermarkKeys.of(new byte[8])));
    String text = "Йогурт пен ёлка.\nҮй жанындағы бай қайың.\nЕкінші жол, тағы бір сөз.";
    String mangled = Normalizer.normalize(text, Normalizer.Form.NFD).replace("\n", "\r\n");

    assertThat(mangled).isNotEqualTo(text);
    assertThat(detector.detect(mangled)).isEqualTo(detector.detect(text));
  }

  @Test
  void textsTooShortToSayAnythingSayNothing() {
    Detector detector = new Detector(TOKENIZER, List.of(WatermarkKeys.of(new byte[8])));
    for (String text : List.of("", "Иә", "Иә.\n")) {
      Detection nothing = detector.detect(text).getFirst();
      assertThat(nothing.scored()).isZero();
      assertThat(nothing.p()).isEqualTo(1);
      assertThat(nothing.powerOfTen()).isZero();
    }
    assertThat(new Detector(TOKENIZER, List.of()).detect("Сәлем!")).isEmpty();
  }

  @Test
  void repeatedTextCountsOnce() {
    WatermarkKeys ours = WatermarkKeys.of(new byte[8]);
    Detector detector = new Detector(TOKENIZER, List.of(ours));
    int[] once = answer(ours.watermark(3), 50, 8, new SplittableRandom(1));
    int[] thrice = Arrays.copyOf(once, 150);
    System.arraycopy(once, 0, thrice, 50, 50);
    System.arraycopy(once, 0, thrice, 100, 50);

    // The first four tokens of the second copy have contexts of their own.
    assertThat(detector.detect(thrice).getFirst().scored()).isEqualTo(46 + 4);
  }
}
