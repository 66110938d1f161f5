package kz.qaqpa.load.answer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import kz.qaqpa.load.answer.Wire.Step;

/**
 * One answer, as its messages come. Confined to its user. Keeps the text of those only whose label
 * is to be verified; of all others no more than times and the last message.
 */
public final class Answer {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final AnswerLog.Group group;
  private final Wire wire;
  private final boolean sampled;
  private final StringBuilder text = new StringBuilder();
  private final long begun = System.nanoTime();
  private long first;
  private long last;
  private int events;
  private Step step = Step.NOTHING;
  private String error = "";
  private JsonNode label;
  private JsonNode usage;
  private String id = "";

  Answer(AnswerLog.Group group, Wire wire, boolean sampled) {
    this.group = group;
    this.wire = wire;
    this.sampled = sampled;
  }

  /** Takes the next message; says what it was. */
  public Step take(String message) {
    step = wire.step(message);
    switch (step) {
      case TOKEN -> token(message);
      case ERROR -> error = message;
      case NOTHING, FIRST, END -> {}
    }
    if (wire.isLast(message)) {
      end(message);
    }
    return step;
  }

  private void token(String message) {
    long now = System.nanoTime();
    if (events++ == 0) {
      first = now;
      step = Step.FIRST;
      group.firstToken(now - begun);
    } else {
      group.gap(now - last);
    }
    last = now;
    if (sampled && wire == Wire.CHAT) {
      text.append(parse(message).at("/data/choices/0/delta/content").asText(""));
    }
  }

  private void end(String message) {
    JsonNode root = parse(message).at(wire.root());
    if (root.hasNonNull("content_label")) {
      label = root.get("content_label");
    }
    if (root.hasNonNull("usage")) {
      usage = root.get("usage");
    }
    id = root.path("id").asText(id);
    if (wire == Wire.RESPONSES) {
      text.append(root.at("/output/0/content/0/text").asText(""));
    }
  }

  private static JsonNode parse(String message) {
    try {
      return JSON.readTree(message);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a message that is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** What the last message was. */
  public Step step() {
    return step;
  }

  /** Id of the answer, for the next turn; empty if it has not ended well. */
  public String id() {
    return step == Step.END ? id : "";
  }

  Wire wire() {
    return wire;
  }

  boolean isSampled() {
    return sampled;
  }

  boolean isComplete() {
    return step == Step.END && events > 0;
  }

  String error() {
    return error;
  }

  String text() {
    return text.toString();
  }

  /** What its label says, or null if it has none. */
  JsonNode label() {
    return label;
  }

  long tokens(String chat, String responses) {
    return usage == null ? 0 : usage.path(wire == Wire.CHAT ? chat : responses).asLong();
  }

  long firstNanos() {
    return first - begun;
  }

  long wholeNanos() {
    return System.nanoTime() - begun;
  }

  /** Mean time between two events of text; 0 where there was one. */
  long meanGapNanos() {
    return events < 2 ? 0 : (last - first) / (events - 1);
  }
}
