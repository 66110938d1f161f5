package kz.qaqpa.tokenizer.jinja;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/** What a function called by a template can reach: one for each rendering. */
final class RenderState {
  /** No template can name this. */
  static final String NAME = " render state";

  private final Clock clock;
  private @Nullable String raised;

  RenderState(Clock clock) {
    this.clock = clock;
  }

  /** That of the rendering under way on this thread. */
  static RenderState current() {
    if (JinjavaInterpreter.getCurrent().getContext().get(NAME) instanceof RenderState state) {
      return state;
    }
    throw new IllegalStateException("no rendering under way");
  }

  Clock clock() {
    return clock;
  }

  /** Notes that the template gave up; the first reason counts. */
  void raise(String message) {
    if (raised == null) {
      raised = message;
    }
  }

  @Nullable String raised() {
    return raised;
  }
}
