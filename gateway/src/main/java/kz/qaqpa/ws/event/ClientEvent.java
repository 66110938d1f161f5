package kz.qaqpa.ws.event;

import kz.qaqpa.admission.Refusal;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** What a client said in one message. */
public sealed interface ClientEvent {
  /** The lane it is about; null is the default lane. */
  @Nullable String streamId();

  /**
   * {@code response.create}.
   *
   * @param body the body of {@code POST /v1/responses}, to be read by whoever answers it
   * @param bytes length of the message
   */
  record Create(@Nullable String streamId, ObjectNode body, int bytes) implements ClientEvent {}

  /**
   * {@code response.cancel}: what runs in a lane, or a response wherever it runs.
   *
   * @param responseId which response, or null for what runs in the lane
   */
  record Cancel(@Nullable String streamId, @Nullable String responseId) implements ClientEvent {}

  /** Anything else, with what is wrong with it. */
  record Bad(@Nullable String streamId, Refusal refusal) implements ClientEvent {}
}
