package kz.qaqpa.ws.event;

import kz.qaqpa.admission.Refusal;
import kz.qaqpa.http.api.responses.ResponsesRequest;
import org.jspecify.annotations.Nullable;

/** What a client said in one message. */
public sealed interface ClientEvent {
  /** The lane it is about; null is the default lane. */
  @Nullable String streamId();

  /**
   * {@code response.create}.
   *
   * @param request what is asked
   * @param ignored how many fields outside the schema it had
   * @param bytes length of the message
   */
  record Create(@Nullable String streamId, ResponsesRequest request, int ignored, int bytes)
      implements ClientEvent {}

  /**
   * {@code response.cancel}: what runs in a lane, or a response wherever it runs.
   *
   * @param responseId which response, or null for what runs in the lane
   */
  record Cancel(@Nullable String streamId, @Nullable String responseId) implements ClientEvent {}

  /** Anything else, with what is wrong with it. */
  record Bad(@Nullable String streamId, Refusal refusal) implements ClientEvent {}
}
