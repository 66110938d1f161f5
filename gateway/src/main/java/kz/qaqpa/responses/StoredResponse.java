package kz.qaqpa.responses;

import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.flow.Answer;
import kz.qaqpa.http.api.ChatMessage;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.api.responses.ResponseJson;
import kz.qaqpa.responses.event.ResponseDraft;

/**
 * A response that can be looked up. Immutable.
 *
 * @param provider id of the agency that gave it
 * @param created seconds since 1970
 * @param finished whether it has ended, however; only then can it be continued
 * @param json the response object in UTF-8; not to be changed
 * @param input the conversation that it answered, without its instructions
 * @param output what it added to the conversation, without the words of the notice; none or one
 * @param labelId id of the answer's label
 */
@SuppressWarnings("ArrayRecordComponent") // Made once, written as it is.
public record StoredResponse(
    String provider,
    long created,
    boolean finished,
    byte[] json,
    List<ResponseItem> input,
    List<ResponseItem> output,
    String labelId) {
  /** Bytes of an item beside its text, and of an entry beside its items: measured, rounded up. */
  private static final int ITEM_BYTES = 128;

  /** A response of which nothing is told yet. */
  static StoredResponse inProgress(
      ResponseDraft draft, Answer answer, List<ResponseItem> conversation) {
    byte[] json = Json.bytes(draft.inProgress());
    return new StoredResponse(
        answer.provider(),
        draft.created(),
        false,
        json,
        conversation,
        List.of(),
        answer.label().id());
  }

  /**
   * A response that has ended.
   *
   * @param said what the model said; may be empty
   * @param itemId what its message is called
   */
  static StoredResponse of(
      byte[] json, Answer answer, List<ResponseItem> conversation, String said, String itemId) {
    return new StoredResponse(
        answer.provider(),
        answer.created(),
        true,
        json,
        conversation,
        said.isEmpty()
            ? List.of()
            : List.of(new ResponseItem(itemId, new ChatMessage("assistant", said))),
        answer.label().id());
  }

  /** What a conversation continues from. */
  List<ResponseItem> conversation() {
    List<ResponseItem> all = new ArrayList<>(input);
    all.addAll(output);
    return all;
  }

  /** The conversation that it answered, oldest first, as clients see it. */
  public List<ResponseJson.Item> inputItems() {
    return input.stream().map(item -> ResponseJson.Item.of(item.id(), item.message())).toList();
  }

  /**
   * Bytes that it takes, as if it shared none with other turns of its conversation: what it shares
   * must stay within the bound too when the others are gone.
   */
  long bytes() {
    long sum = (long) ITEM_BYTES + json.length;
    for (ResponseItem item : conversation()) {
      sum += ITEM_BYTES + 2L * item.message().content().length();
    }
    return sum;
  }
}
