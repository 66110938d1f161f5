package kz.qaqpa.http.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import kz.qaqpa.flow.Answer;
import kz.qaqpa.flow.AnswerPart;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.api.Usage;
import tools.jackson.core.io.JsonStringEncoder;

/**
 * Parts of one answer to server-sent events of {@code chat.completion.chunk} objects. All that is
 * the same in each chunk is made once, so that a token costs one copy of it and its own letters.
 *
 * <p>Confined to the event loop.
 */
public final class SseEncoder implements EventEncoder {
  private static final byte[] DONE = utf8("data: [DONE]\n\n");
  private static final byte[] DATA = utf8("data: ");
  private static final byte[] EVENT_END = utf8("\n\n");

  private final ByteBufAllocator allocator;
  private final boolean includeUsage;
  private final byte[] head;
  private final byte[] textHead;
  private final byte[] textTail;

  /** The constant parts of all chunks are encoded once, here. */
  public SseEncoder(ByteBufAllocator allocator, Answer answer, boolean includeUsage) {
    this.allocator = allocator;
    this.includeUsage = includeUsage;
    String open =
        "data: {\"id\":"
            + quoted(answer.id())
            + ",\"object\":\"chat.completion.chunk\",\"created\":"
            + answer.created()
            + ",\"model\":"
            + quoted(answer.model())
            + ",\"choices\":[";
    this.head = utf8(open);
    this.textHead = utf8(open + "{\"index\":0,\"delta\":{\"content\":\"");
    this.textTail = utf8("\"},\"logprobs\":null,\"finish_reason\":null}]" + noUsageYet() + "}\n\n");
  }

  /** The first event: who speaks. */
  @Override
  public ByteBuf opening() {
    return buffer(
        head,
        utf8(
            "{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"logprobs\":null,"
                + "\"finish_reason\":null}]"
                + noUsageYet()
                + "}\n\n"));
  }

  /** A part; the last one with everything up to {@code [DONE]}. */
  @Override
  public ByteBuf part(AnswerPart part) {
    AnswerPart.Ending ending = part.ending();
    if (ending == null) {
      return buffer(textHead, JsonStringEncoder.getInstance().quoteAsUTF8(part.text()), textTail);
    }
    ByteBuf last = allocator.buffer(512);
    if (!part.text().isEmpty()) {
      byte[] text = JsonStringEncoder.getInstance().quoteAsUTF8(part.text());
      last.writeBytes(textHead).writeBytes(text).writeBytes(textTail);
    }
    last.writeBytes(head)
        .writeBytes(
            utf8(
                "{\"index\":0,\"delta\":{},\"logprobs\":null,\"finish_reason\":"
                    + quoted(ending.finishReason())
                    + "}]"
                    + noUsageYet()
                    + "}\n\n"));
    Usage usage = ending.usage();
    if (usage == null) {
      return last;
    }
    if (includeUsage) {
      last.writeBytes(head)
          .writeBytes(utf8("],\"usage\":"))
          .writeBytes(Json.bytes(Json.UsageBody.of(usage)))
          .writeBytes(utf8("}\n\n"));
    }
    return last.writeBytes(DONE);
  }

  /** An error: the last event, without {@code [DONE]}. */
  @Override
  public ByteBuf error(HttpError error) {
    return buffer(DATA, Json.bytes(new Json.ErrorBody(error.body())), EVENT_END);
  }

  private String noUsageYet() {
    return includeUsage ? ",\"usage\":null" : "";
  }

  private ByteBuf buffer(byte[]... pieces) {
    int length = 0;
    for (byte[] piece : pieces) {
      length += piece.length;
    }
    ByteBuf buffer = allocator.buffer(length, length);
    for (byte[] piece : pieces) {
      buffer.writeBytes(piece);
    }
    return buffer;
  }

  private static String quoted(String value) {
    return "\"" + new String(JsonStringEncoder.getInstance().quoteAsCharArray(value)) + "\"";
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
