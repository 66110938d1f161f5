package kz.qaqpa.http.labels;

import java.util.Set;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.http.api.Fields;
import kz.qaqpa.http.api.LabelText;
import kz.qaqpa.http.api.Shown;
import kz.qaqpa.label.Ulid;
import kz.qaqpa.label.verify.GivenText;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The body of {@code POST /v1/labels/verify}.
 *
 * @param text with the choice that it is said to be
 * @param label as JSON or as a compact JWS; or null
 * @param id of a label in the registry, where there is no label
 */
record VerifyRequest(GivenText text, @Nullable String label, @Nullable String id) {
  private static final Set<String> FIELDS = Set.of("text", "index", "label", "id");

  /**
   * Reads a body.
   *
   * @throws Refusal naming the field that is not as it should be
   */
  static VerifyRequest read(ObjectNode body) {
    Fields fields = new Fields(body, "");
    LabelText.requireKnown(fields, FIELDS);
    Integer index = fields.integer("index", "the number of a choice, from 0");
    if (index != null && index < 0) {
      throw Refusal.BadRequest.value("index", index.toString(), "the number of a choice, from 0");
    }
    JsonNode label = fields.any("label");
    String id = fields.string("id", "a string");
    if ((label == null) == (id == null)) {
      throw Refusal.BadRequest.value(
          "label", label == null ? "absent" : "beside id", "either label or id");
    }
    if (id != null && !Ulid.matches(id)) {
      throw Refusal.BadRequest.value("id", Shown.text(id), "the id of a label, a ULID");
    }
    return new VerifyRequest(
        new GivenText(index, LabelText.of(fields)), label == null ? null : written(label), id);
  }

  private static String written(JsonNode label) {
    return switch (label.getNodeType()) {
      case OBJECT -> label.toString();
      case STRING -> label.stringValue();
      case ARRAY, BINARY, BOOLEAN, MISSING, NULL, NUMBER, POJO ->
          throw Refusal.BadRequest.value(
              "label", Shown.described(label), "an object, or a compact JWS");
    };
  }
}
