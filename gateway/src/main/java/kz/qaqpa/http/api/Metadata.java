package kz.qaqpa.http.api;

import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The field {@code metadata}. Functions only. */
public final class Metadata {
  static final int MOST = 16;

  private Metadata() {}

  /** Reads the field: up to {@value #MOST} names of up to 64 characters, strings of up to 512. */
  public static Map<String, String> read(Fields fields) {
    ObjectNode object = fields.child("metadata");
    Map<String, String> metadata = new LinkedHashMap<>();
    if (object == null) {
      return metadata;
    }
    if (object.size() > MOST) {
      throw fields.wrong("metadata", object.size() + " entries", "0 to " + MOST + " entries");
    }
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      boolean valid =
          entry.getKey().length() <= 64
              && entry.getValue().isString()
              && entry.getValue().stringValue().length() <= 512;
      if (!valid) {
        throw fields.wrong(
            "metadata",
            "an entry: " + Shown.described(entry.getValue()),
            "names of at most 64 characters, strings of at most 512");
      }
      metadata.put(entry.getKey(), entry.getValue().stringValue());
    }
    return metadata;
  }
}
