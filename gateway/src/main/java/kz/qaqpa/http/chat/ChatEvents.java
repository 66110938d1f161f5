package kz.qaqpa.http.chat;

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
 * Parts of one answer to server-sent events of {@code chat.completion.chunk} objects. All that is
 * the same in each chunk of a choice is made once, so that a token costs one copy of it and its own
 * letters.
 *
 * <p>Confined to the event loop.
 */
final class ChatEvents implements EventEncoder {
  private static final byte[] NO_LOGPROBS = utf8("null");

  private final ByteBufAllocator allocator;
  private final AnswerLabel label;
  private final StreamOptions options;
  private final byte[] head;
  private final byte[][] textHeads; // [choice]
  private final byte[] plainTextTail;
  private final byte[] textEnd = utf8("\"},\"logprobs\":");
  private final byte[] goesOn;

  /** The constant parts of all chunks are encoded once, here. */
  ChatEvents(ByteBufAllocator allocator, Answer answer, StreamOptions options) {
    this.allocator = allocator;
    this.label = answer.label();
    this.options = options;
    String open =
        "data: {\"id\":"
            + quoted(answer.id())
            + ",\"object\":\"chat.completion.chunk\",\"created\":"
            + answer.created()
            + ",\"model\":"
            + quoted(answer.model())
            + ",\"choices\":[";
    this.head = utf8(open);
    this.textHeads = new byte[answer.choices()][];
    for (int i = 0; i < textHeads.length; i++) {
      textHeads[i] = utf8(open + "{\"index\":" + i + ",\"delta\":{\"content\":\"");
    }
    String goesOnText = ",\"finish_reason\":null}]" + noUsageYet();
    this.goesOn = utf8(goesOnText);
    this.plainTextTail = utf8("\"},\"logprobs\":null" + goesOnText);
  }

  /** The first events: who speaks, in each choice. */
  @Override
  public ByteBuf opening() {
    byte[] known = label.json();
    ByteBuf out = allocator.buffer(256 * textHeads.length + known.length);
    for (int i = 0; i < textHeads.length; i++) {
      out.writeBytes(head)
          .writeBytes(
              utf8(
                  "{\"index\":"
                      + i
                      + ",\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"logprobs\":null"))
          .writeBytes(goesOn);
      if (i == 0) {
        EventBytes.label(out, known);
      }
      end(out, 0);
    }
    return out;
  }

  /** A part; the last one with everything up to {@code [DONE]}. */
  @Override
  public ByteBuf part(AnswerPart part) {
    byte[] text = JsonStringEncoder.getInstance().quoteAsUTF8(part.text());
    ByteBuf out = allocator.buffer(textHeads[0].length + text.length + plainTextTail.length + 64);
    if (text.length > 0 || !part.scored().isEmpty()) {
      text(out, part, text);
    }
    AnswerPart.Ending ending = part.ending();
    if (ending != null) {
      finish(out, part.choice(), ending);
    }
    return out;
  }

  private void text(ByteBuf out, AnswerPart part, byte[] text) {
    out.writeBytes(textHeads[part.choice()]).writeBytes(text);
    if (part.scored().isEmpty()) {
      out.writeBytes(plainTextTail);
      end(out, text.length);
    } else {
      byte[] logprobs = Json.bytes(ChatJson.Logprobs.of(part.scored()));
      out.writeBytes(textEnd).writeBytes(logprobs).writeBytes(goesOn);
      end(out, text.length + logprobs.length - NO_LOGPROBS.length);
    }
  }

  private void finish(ByteBuf out, int choice, AnswerPart.Ending ending) {
    String reason = ending.finishReason();
    out.writeBytes(head)
        .writeBytes(
            utf8(
                "{\"index\":"
                    + choice
                    + ",\"delta\":{},\"logprobs\":null,\"finish_reason\":"
                    + quoted(reason)
                    + "}]"
                    + noUsageYet()));
    Usage usage = ending.usage();
    if (usage != null) { // Nothing follows: the label is complete.
      EventBytes.label(out, label.json());
    }
    end(out, reason.length());
    if (usage != null) {
      if (options.includeUsage()) {
        EventBytes.usage(out, head, usage);
      }
      EventBytes.done(out);
    }
  }

  /** An error: the last event, without {@code [DONE]}. */
  @Override
  public ByteBuf error(HttpError error) {
    return EventBytes.error(allocator, error, label.afterFailure());
  }

  private void end(ByteBuf out, int varying) {
    if (options.obfuscate()) {
      EventBytes.endPadded(out, varying);
    } else {
      EventBytes.end(out);
    }
  }

  private String noUsageYet() {
    return options.includeUsage() ? ",\"usage\":null" : "";
  }
}
