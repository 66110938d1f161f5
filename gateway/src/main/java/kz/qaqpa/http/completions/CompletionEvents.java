package kz.qaqpa.http.completions;

import static kz.qaqpa.http.wire.EventBytes.quoted;
import static kz.qaqpa.http.wire.EventBytes.utf8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import kz.qaqpa.flow.Answer;
import kz.qaqpa.flow.AnswerLabel;
import kz.qaqpa.flow.AnswerPart;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.api.StreamOptions;
import kz.qaqpa.http.api.Usage;
import kz.qaqpa.http.wire.EventBytes;
import kz.qaqpa.http.wire.EventEncoder;
import kz.qaqpa.http.wire.HttpError;
import tools.jackson.core.io.JsonStringEncoder;

/**
 * Parts of one answer to server-sent events of {@code text_completion} objects. What is the same in
 * each event of a choice is made once.
 *
 * <p>Confined to the event loop.
 */
final class CompletionEvents implements EventEncoder {
  private static final byte[] NO_LOGPROBS = utf8("null");
  private static final byte[] COMMENT = utf8(": ping\n");

  private final ByteBufAllocator allocator;
  private final AnswerLabel label;
  private final StreamOptions options;
  private final byte[] head;
  private final byte[] textHead;
  private final byte[][] textEnds; // [choice]
  private final byte[] goesOn;
  private final String noUsageYet;
  private boolean spoke;

  /** The constant parts of all events are encoded once, here. */
  CompletionEvents(ByteBufAllocator allocator, Answer answer, StreamOptions options) {
    this.allocator = allocator;
    this.label = answer.label();
    this.options = options;
    String open =
        "data: {\"id\":"
            + quoted(answer.id())
            + ",\"object\":\"text_completion\",\"created\":"
            + answer.created()
            + ",\"model\":"
            + quoted(answer.model())
            + ",\"choices\":[";
    this.noUsageYet = options.includeUsage() ? ",\"usage\":null" : "";
    this.head = utf8(open);
    this.textHead = utf8(open + "{\"text\":\"");
    this.textEnds = new byte[answer.choices()][];
    for (int i = 0; i < textEnds.length; i++) {
      textEnds[i] = utf8("\",\"index\":" + i + ",\"logprobs\":");
    }
    this.goesOn = utf8(",\"finish_reason\":null}]" + noUsageYet);
  }

  /** A comment: nobody speaks here before the first token, and the first byte is due at once. */
  @Override
  public ByteBuf opening() {
    return allocator.buffer(COMMENT.length).writeBytes(COMMENT);
  }

  /** A part; the last one with everything up to {@code [DONE]}. */
  @Override
  public ByteBuf part(AnswerPart part) {
    byte[] text = JsonStringEncoder.getInstance().quoteAsUTF8(part.text());
    byte[] logprobs =
        part.scored().isEmpty()
            ? NO_LOGPROBS
            : Json.bytes(CompletionJson.Logprobs.of(part.scored()));
    AnswerPart.Ending ending = part.ending();
    byte[] after = ending == null ? goesOn : finish(ending);
    byte[] textEnd = textEnds[part.choice()];
    ByteBuf out =
        allocator.buffer(
            textHead.length + text.length + textEnd.length + logprobs.length + after.length + 64);
    out.writeBytes(textHead)
        .writeBytes(text)
        .writeBytes(textEnd)
        .writeBytes(logprobs)
        .writeBytes(after);
    Usage usage = ending == null ? null : ending.usage();
    if (!spoke || usage != null) { // With the usage nothing follows: the label is complete.
      EventBytes.label(out, label.json());
    }
    spoke = true;
    if (options.obfuscate()) {
      EventBytes.endPadded(out, text.length + logprobs.length + after.length);
    } else {
      EventBytes.end(out);
    }
    if (usage != null) {
      if (options.includeUsage()) {
        EventBytes.usage(out, head, usage);
      }
      EventBytes.done(out);
    }
    return out;
  }

  private byte[] finish(AnswerPart.Ending ending) {
    return utf8(",\"finish_reason\":" + quoted(ending.finishReason()) + "}]" + noUsageYet);
  }

  /** An error: the last event, without {@code [DONE]}. */
  @Override
  public ByteBuf error(HttpError error) {
    return EventBytes.error(allocator, error, label.afterFailure());
  }
}
