package kz.qaqpa.http.wire;

import io.netty.buffer.ByteBuf;
import kz.qaqpa.flow.AnswerPart;

/**
 * Parts of one answer to server-sent events. Each buffer holds whole events, possibly none.
 * Confined to the event loop.
 */
public interface EventEncoder {

  /** What is sent as soon as the answer's status is sure. */
  ByteBuf opening();

  /** A part; with the end of the last choice, everything up to the end of the stream. */
  ByteBuf part(AnswerPart part);

  /** An error: the last event of the stream. */
  ByteBuf error(HttpError error);
}
