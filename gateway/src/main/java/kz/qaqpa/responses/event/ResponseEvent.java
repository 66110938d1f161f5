package kz.qaqpa.responses.event;

import org.jspecify.annotations.Nullable;

/**
 * One event of a response: the object that a server-sent event's {@code data:} line carries, and a
 * WebSocket text frame alike. Its JSON is made when it is asked for. Confined to the event loop.
 */
public interface ResponseEvent {

  /** Its name, such as {@code response.output_text.delta}. */
  String type();

  /** Its place among the events of its response, from 0. */
  long sequenceNumber();

  /**
   * Its JSON object in UTF-8.
   *
   * @param streamId what member {@code stream_id} says; null for no such member
   * @return bytes of the caller's own
   */
  byte[] json(@Nullable String streamId);

  /** How the response ended, with its last event; else null. */
  default @Nullable End end() {
    return null;
  }

  /**
   * The end of a response.
   *
   * @param response the response object in UTF-8; not to be changed
   * @param failure what made it fail, to be counted and logged by the transport; else null
   */
  @SuppressWarnings("ArrayRecordComponent") // Made once, written as it is.
  record End(byte[] response, @Nullable Throwable failure) {}
}
