package kz.qaqpa.http.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import kz.qaqpa.flow.AnswerPart;
import kz.qaqpa.flow.ScoredToken;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.api.Usage;
import org.jspecify.annotations.Nullable;

/** The parts of an answer by choice, joined to one JSON object. Confined to the event loop. */
public final class WholeChoices implements AnswerWriter.WholeBody {
  private final List<Choice> choices = new ArrayList<>();
  private final Function<WholeChoices, Object> body;
  private @Nullable Usage usage;

  private static final class Choice {
    final StringBuilder text = new StringBuilder();
    final List<ScoredToken> scored = new ArrayList<>();
    @Nullable String finishReason;
  }

  /**
   * So many choices without text.
   *
   * @param body from choices that have ended to the record that is the JSON
   */
  public WholeChoices(int count, Function<WholeChoices, Object> body) {
    this.body = body;
    for (int i = 0; i < count; i++) {
      choices.add(new Choice());
    }
  }

  @Override
  public void add(AnswerPart part) {
    Choice choice = choices.get(part.choice());
    choice.text.append(part.text());
    choice.scored.addAll(part.scored());
    if (part.ending() != null) {
      choice.finishReason = part.ending().finishReason();
      usage = part.ending().usage();
    }
  }

  @Override
  public byte[] json() {
    return Json.bytes(body.apply(this));
  }

  /** What is made of each choice, in order. */
  public <T> List<T> map(IntFunction<T> of) {
    return IntStream.range(0, choices.size()).mapToObj(of).toList();
  }

  /** The text of a choice. */
  public String text(int choice) {
    return choices.get(choice).text.toString();
  }

  /** Its tokens, where their probabilities were asked for. */
  public List<ScoredToken> scored(int choice) {
    return choices.get(choice).scored;
  }

  /** How it ended. */
  public String finishReason(int choice) {
    return Objects.requireNonNull(choices.get(choice).finishReason, "a choice without an end");
  }

  /** What all of them took. */
  public Usage usage() {
    return Objects.requireNonNull(usage, "an answer without an end");
  }
}
