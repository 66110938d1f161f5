package kz.qaqpa.engine.trt.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import kz.qaqpa.engine.model.Checkpoint;
import kz.qaqpa.engine.trt.fixture.Models;
import kz.qaqpa.engine.trt.interpret.InterpretedModel;
import kz.qaqpa.engine.trt.interpret.InterpretedModel.Result;
import kz.qaqpa.testing.ReferenceForward;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Nats per token of Kazakh text under the shipped model in each precision, by the interpreter,
 * against the forward pass in doubles with the checkpoint's own weights. The texts are the first
 * forty Kazakh prompts of 60 to 400 letters in {@code config/prompts/kazakh.jsonl}, as {@code
 * ./qaqpa tokenize} gives them, a line each.
 */
class GraphPerplexityTest {
  private static final int CAPACITY = 160;

  @ParameterizedTest
  @CsvSource({"F32, 1e-5", "BF16, 0.002", "FP8, 0.01"})
  void kazakhText(Precision precision, double bound) throws IOException {
    List<int[]> texts = texts().subList(0, TestSize.tries(4, 40));
    try (Checkpoint checkpoint = Checkpoint.open(Models.KAZ_MINI)) {
      ReferenceForward reference = ReferenceForward.of(checkpoint);
      double expected = 0;
      int tokens = 0;
      for (int[] text : texts) {
        double[][] logits = reference.logits(text);
        for (int i = 1; i < text.length; i++) {
          expected += ReferenceForward.logSumExp(logits[i - 1]) - logits[i - 1][text[i]];
          tokens++;
        }
      }
      double nats =
          nats(new InterpretedModel(checkpoint, precision, texts.size(), CAPACITY), texts);
      System.out.printf(
          "perplexity of %d Kazakh tokens, kaz-mini %s: %.5f nats a token, %.1f; reference %.5f%n",
          tokens, precision, nats / tokens, Math.exp(nats / tokens), expected / tokens);
      assertThat(nats / tokens).isCloseTo(expected / tokens, within(bound * expected / tokens));
    }
  }

  /** Each text in a slot of its own, token by token. */
  private static double nats(InterpretedModel model, List<int[]> texts) {
    double nats = 0;
    int longest = texts.stream().mapToInt(text -> text.length).max().orElseThrow();
    for (int i = 0; i + 1 < longest; i++) {
      int[] tokens = new int[texts.size()];
      boolean[] counts = new boolean[tokens.length];
      for (int slot = 0; slot < tokens.length; slot++) {
        counts[slot] = i + 1 < texts.get(slot).length;
        tokens[slot] = counts[slot] ? texts.get(slot)[i] : 0;
      }
      List<Result> results = model.decode(tokens, counts);
      for (int slot = 0; slot < tokens.length; slot++) {
        if (counts[slot]) {
          Result result = results.get(slot);
          nats += result.logSumExp() - result.logits()[texts.get(slot)[i + 1]];
        }
      }
    }
    return nats;
  }

  private static List<int[]> texts() throws IOException {
    try (InputStream in = GraphPerplexityTest.class.getResourceAsStream("kazakh-prompts.ids")) {
      String all = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.US_ASCII);
      return all.lines()
          .map(line -> Stream.of(line.split(" ", -1)).mapToInt(Integer::parseInt).toArray())
          .filter(text -> text.length <= CAPACITY)
          .toList();
    }
  }
}
