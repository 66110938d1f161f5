package kz.qaqpa.flow;

import java.util.List;
import java.util.Locale;
import kz.qaqpa.batching.FinishReason;
import kz.qaqpa.http.api.Usage;
import org.jspecify.annotations.Nullable;

/**
 * A piece of one choice of an answer.
 *
 * @param choice which one, from 0
 * @param text whole characters, possibly none
 * @param scored its tokens with their probabilities, where they were asked for
 * @param ending how the choice ended, with its last part
 */
public record AnswerPart(
    int choice, String text, List<ScoredToken> scored, @Nullable Ending ending) {

  /** Whether it is the last one of the whole answer. */
  boolean isLast() {
    return ending != null && ending.usage() != null;
  }

  /**
   * The end of a choice.
   *
   * @param reason why it ended
   * @param usage what the whole answer took, with the end of its last choice; else null
   */
  public record Ending(FinishReason reason, @Nullable Usage usage) {

    /** The reason as OpenAI names it. */
    public String finishReason() {
      return reason.name().toLowerCase(Locale.ROOT);
    }
  }
}
