package kz.qaqpa.http.responses;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import kz.qaqpa.responses.event.ResponseEvent;

/** Events to named server-sent events. Functions only. */
final class EventFrames {
  private static final byte[] EVENT = ascii("event: ");
  private static final byte[] DATA = ascii("\ndata: ");
  private static final byte[] END = ascii("\n\n");

  private EventFrames() {}

  /** One whole event. */
  static ByteBuf of(ByteBufAllocator allocator, ResponseEvent event) {
    byte[] name = ascii(event.type());
    byte[] json = event.json(null);
    return allocator
        .buffer(EVENT.length + name.length + DATA.length + json.length + END.length)
        .writeBytes(EVENT)
        .writeBytes(name)
        .writeBytes(DATA)
        .writeBytes(json)
        .writeBytes(END);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
