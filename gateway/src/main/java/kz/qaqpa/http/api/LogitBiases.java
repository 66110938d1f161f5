package kz.qaqpa.http.api;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The field {@code logit_bias}: token ids to what is added to their logits. Functions only. */
final class LogitBiases {
  private static final int MOST = 1024;
  private static final int STRONGEST = 100;
  private static final Pattern ID = Pattern.compile("0|[1-9][0-9]{0,8}");

  private LogitBiases() {}

  /** Reads the field; ids are decimal, whether they are tokens is for the model to say. */
  static Map<Integer, Float> read(Fields fields) {
    ObjectNode object = fields.child("logit_bias");
    Map<Integer, Float> biases = new LinkedHashMap<>();
    if (object == null) {
      return biases;
    }
    if (object.size() > MOST) {
      throw fields.wrong("logit_bias", object.size() + " entries", "0 to " + MOST + " entries");
    }
    Fields entries = new Fields(object, fields.at("logit_bias"));
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      if (!ID.matcher(entry.getKey()).matches()) {
        throw fields.wrong(
            "logit_bias", "key " + Shown.text(entry.getKey()), "token ids in decimal digits");
      }
      biases.put(Integer.valueOf(entry.getKey()), bias(entries, entry));
    }
    return biases;
  }

  private static float bias(Fields entries, Map.Entry<String, JsonNode> entry) {
    String expected = "-" + STRONGEST + " to " + STRONGEST;
    JsonNode value = entry.getValue();
    if (!value.isNumber() || !(Math.abs(value.asDouble()) <= STRONGEST)) {
      throw entries.wrong(entry.getKey(), Shown.value(value), expected);
    }
    return (float) value.asDouble();
  }
}
