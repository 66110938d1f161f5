package kz.qaqpa.watermark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import kz.qaqpa.watermark.AnswerRun.Drawing;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** From the engine's logits to a text, and from the text to the key, on the shipped model. */
class ShippedModelTest {
  private static final List<String> QUESTIONS =
      Collections.nCopies(12, "Қазақстанның тарихы туралы бес қызықты дерек айтып берші.");
  private static final Drawing DRAWING = new Drawing(1, 1);
  private static final int LENGTH = 200;

  private final WatermarkKeys keys = WatermarkKeys.of(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
  private final WatermarkKeys others = WatermarkKeys.of(new byte[] {8, 7, 6, 5, 4, 3, 2, 1});

  @Test
  void theKeyIsFoundInTheTextOfItsAnswersAlone() {
    Path cache = Path.of("target", "engine-cache").toAbsolutePath();
    try (AnswerRun run = AnswerRun.open(false, 6, 384, 1, cache)) {
      Detector detector = new Detector(run.tokenizer(), List.of(keys, others));
      List<Detection> marked = detect(run, detector, 0, keys);
      List<Detection> foreign = detect(run, detector, 1, keys);
      List<Detection> plain = detect(run, detector, 0, null);

      // Each of these would be chance at one in a million; a good half is what is asked for.
      assertThat(marked.stream().filter(found -> found.isBelow(1e-6)).count()).isGreaterThan(6);
      assertThat(foreign).noneMatch(found -> found.isBelow(1e-6));
      assertThat(plain).noneMatch(found -> found.isBelow(1e-6));
      assertThat(marked.stream().map(Detection::subKey).distinct().count()).isGreaterThan(3);
    }
  }

  private static List<Detection> detect(
      AnswerRun run, Detector detector, int key, @Nullable WatermarkKeys drawnBy) {
    return run.answers(QUESTIONS, DRAWING, LENGTH, drawnBy, new SplittableRandom(1)).stream()
        .map(tokens -> run.tokenizer().decode(tokens, true))
        .map(text -> detector.detect(text).get(key))
        .toList();
  }
}
