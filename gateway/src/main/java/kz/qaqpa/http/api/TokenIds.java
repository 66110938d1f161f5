package kz.qaqpa.http.api;

import kz.qaqpa.admission.Refusal;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** An array of token ids. Functions only. */
public final class TokenIds {
  private TokenIds() {}

  /**
   * Reads an array. Whether its numbers are tokens is for the model to say.
   *
   * @param place what clients call the array
   * @throws Refusal.BadRequest naming the place of what is no 32-bit integer
   */
  public static int[] read(ArrayNode array, String place) {
    int[] ids = new int[array.size()];
    for (int i = 0; i < ids.length; i++) {
      JsonNode id = array.get(i);
      if (!id.isIntegralNumber() || !id.canConvertToInt()) {
        throw Refusal.BadRequest.value(place + "[" + i + "]", Shown.described(id), "token id");
      }
      ids[i] = id.intValue();
    }
    return ids;
  }
}
