package kz.qaqpa.responses;

import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.http.api.ChatMessage;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.api.responses.ResponseJson;
import kz.qaqpa.responses.event.ResponseDraft;
import kz.qaqpa.responses.event.ResponseEvents;

/**
 * A response that can be looked up. Immutable.
 *
 * @param provider id of the agency that gave it
 * @param created seconds since 1970
 * @param finished whether it has ended, however; only then can it be continued
 * @param json the response object in UTF-8; not to be changed
 * @param input the conversation that it answered, without its instructions
 * @param output what it added to the conversation; none or one
 */
@SuppressWarnings("ArrayRecordComponent") // Made once, written as it is.
public record StoredResponse(
    String provider,
    long created,
    boolean finished,
    byte[] json,
    List<ResponseItem> input,
    List<ResponseItem> output) {
  /** Bytes of an item beside its text, and of an entry beside its items: measured, rounded up. */
  private static final int ITEM_BYTES = 128;

  /** A response of which nothing is told yet. */
  static StoredResponse inProgress(
      ResponseDraft draft, String provider, List<ResponseItem> conversation) {
    byte[] json = Json.bytes(draft.inProgress());
    return new StoredResponse(provider, draft.created(), false, json, conversation, List.of());
  }

  /**
   * A response that has ended.
   *
   * @param itemId what its message is called
   */
  static StoredResponse of(
      ResponseEvents.Ended ended,
      ResponseDraft draft,
      String provider,
      List<ResponseItem> conversation,
      String itemId) {
    List<ResponseItem> said =
        ended.text().isEmpty()
            ? List.of()
            : List.of(new ResponseItem(itemId, new ChatMessage("assistant", ended.text())));
    return new StoredResponse(provider, draft.created(), true, ended.json(), conversation, said);
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
