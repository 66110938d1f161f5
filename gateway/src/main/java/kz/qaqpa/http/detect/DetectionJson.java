package kz.qaqpa.http.detect;

import java.util.List;
import kz.qaqpa.label.LocalText;
import kz.qaqpa.watermark.Detection;

/**
 * What a text shows, as it is answered.
 *
 * @param finding {@code probably_ours} or {@code no_evidence}; never that somebody wrote it
 * @param text the same in words
 * @param threshold the p-value up to which a candidate's finding is {@code probably_ours}
 * @param candidates what it shows for each model and key
 * @param usage what it is charged
 */
record DetectionJson(
    String object,
    String finding,
    LocalText text,
    double threshold,
    List<Found> candidates,
    Usage usage) {
  /** For one candidate; for several it is divided among them. */
  static final double LEVEL = 1e-3;

  /** What a double can hold, and more than anybody needs. */
  private static final int LOWEST_POWER = -300;

  private static final String OURS = "probably_ours";
  private static final String NOTHING = "no_evidence";

  private static final LocalText OURS_TEXT =
      new LocalText(
          "Мәтінді осы шлюздің моделі жасаған болуы ықтимал. Бұл мәтін туралы айтады, оны кім"
              + " жариялағаны туралы емес.",
          "Вероятно, текст создан моделью этого шлюза. Это говорит о тексте, а не о том, кто его"
              + " опубликовал.",
          "Probably produced by a model of this gateway. That is about the text, not about who"
              + " published it.");
  private static final LocalText NOTHING_TEXT =
      new LocalText(
          "Мәтінді осы шлюздің моделі жасағанына дәлел табылмады. Бұл мәтінді адам жазды дегенді"
              + " білдірмейді.",
          "Подтверждений того, что текст создан моделью этого шлюза, не найдено. Это не значит,"
              + " что его написал человек.",
          "No evidence that a model of this gateway produced it. That does not mean that a person"
              + " wrote it.");

  /**
   * One model and key.
   *
   * @param scoredTokens tokens that could say something; under fifty nothing can be expected
   * @param pAtMost how likely a text that has nothing to do with the key is to fit it as well,
   *     rounded up to a power of ten
   */
  record Found(String model, String keyId, int scoredTokens, double pAtMost, String finding) {}

  /** What it is charged. */
  record Usage(long promptTokens, long promptCharacters) {}

  /** One model's detections. */
  record OfModel(String model, List<Detection> detections) {}

  static DetectionJson of(List<OfModel> models, Usage usage) {
    int questions = models.stream().mapToInt(model -> model.detections().size()).sum();
    double threshold = LEVEL / Math.max(1, questions);
    List<Found> found =
        models.stream()
            .flatMap(model ->
                model.detections().stream().map(one -> found(model.model(), one, threshold)))
            .toList();
    boolean ours = found.stream().anyMatch(one -> one.finding().equals(OURS));
    return new DetectionJson(
        "label.detection",
        ours ? OURS : NOTHING,
        ours ? OURS_TEXT : NOTHING_TEXT,
        threshold,
        found,
        usage);
  }

  private static Found found(String model, Detection detection, double threshold) {
    int power = Math.max(LOWEST_POWER, detection.powerOfTen());
    return new Found(
        model,
        detection.keyId(),
        detection.scored(),
        Double.parseDouble("1e" + power), // Math.pow may be a digit off.
        detection.isBelow(threshold) ? OURS : NOTHING);
  }
}
