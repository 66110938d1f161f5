package kz.qaqpa.responses.event;

import kz.qaqpa.http.api.Json;
import org.jspecify.annotations.Nullable;

/**
 * An event that a response has few of.
 *
 * @param payload its JSON object, one of {@link kz.qaqpa.http.api.responses.ResponseJson}
 */
record ObjectEvent(String type, long sequenceNumber, Object payload, @Nullable End end)
    implements ResponseEvent {

  @Override
  public byte[] json(@Nullable String streamId) {
    byte[] object = Json.bytes(payload);
    return streamId == null ? object : Bytes.reopened(object, Bytes.ending(streamId));
  }
}
