package kz.qaqpa.flow;

import java.util.Locale;
import kz.qaqpa.batching.FinishReason;
import kz.qaqpa.http.api.Usage;
import org.jspecify.annotations.Nullable;

/**
 * A piece of an answer.
 *
 * @param text whole characters, possibly none
 * @param ending how the answer ended, with its last part
 */
public record AnswerPart(String text, @Nullable Ending ending) {

  /**
   * The end of an answer.
   *
   * @param reason why it ended
   * @param usage what it took
   */
  public record Ending(FinishReason reason, Usage usage) {

    /** The reason as OpenAI names it. */
    public String finishReason() {
      return reason.name().toLowerCase(Locale.ROOT);
    }
  }
}
