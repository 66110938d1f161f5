package kz.qaqpa.http.responses;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.http.api.Shown;
import kz.qaqpa.http.api.responses.ResponseJson;
import org.jspecify.annotations.Nullable;

/**
 * Which part of a list is asked for.
 *
 * @param limit most items, 1 to {@value #MOST}
 * @param newestFirst in which order
 * @param after id of the item before the first one wanted, in that order; null for the beginning
 */
record Page(int limit, boolean newestFirst, @Nullable String after) {
  private static final int MOST = 100;
  private static final int USUAL = 20;

  /** Reads a query: {@code limit}, {@code order}, {@code after}. */
  static Page read(QueryStringDecoder query) {
    String order = value(query, "order", "desc");
    if (!List.of("asc", "desc").contains(order)) {
      throw Refusal.BadRequest.value("order", Shown.text(order), "asc or desc");
    }
    String after = value(query, "after", "");
    return new Page(limit(query), order.equals("desc"), after.isEmpty() ? null : after);
  }

  private static int limit(QueryStringDecoder query) {
    String text = value(query, "limit", Integer.toString(USUAL));
    int limit = text.matches("[0-9]{1,3}") ? Integer.parseInt(text) : 0;
    if (limit < 1 || limit > MOST) {
      throw Refusal.BadRequest.value("limit", Shown.text(text), "1 to " + MOST);
    }
    return limit;
  }

  private static String value(QueryStringDecoder query, String name, String fallback) {
    List<String> values = query.parameters().getOrDefault(name, List.of());
    return values.isEmpty() ? fallback : values.getFirst();
  }

  /** That part of a list that is in time order. */
  ResponseJson.ItemList of(List<ResponseJson.Item> all) {
    List<ResponseJson.Item> ordered = newestFirst ? all.reversed() : all;
    int from = after == null ? 0 : indexAfter(ordered);
    int to = Math.min(ordered.size(), from + limit);
    List<ResponseJson.Item> data = List.copyOf(ordered.subList(from, to));
    return new ResponseJson.ItemList(
        "list",
        data,
        data.isEmpty() ? "" : data.getFirst().id(),
        data.isEmpty() ? "" : data.getLast().id(),
        to < ordered.size());
  }

  private int indexAfter(List<ResponseJson.Item> ordered) {
    for (int i = 0; i < ordered.size(); i++) {
      if (ordered.get(i).id().equals(after)) {
        return i + 1;
      }
    }
    throw Refusal.BadRequest.value("after", "unknown id", "id of an item of this response");
  }
}
