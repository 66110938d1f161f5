package kz.qaqpa.http.api;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import kz.qaqpa.admission.Refusal;
import tools.jackson.databind.JsonNode;

/**
 * The fields of a request in three groups. Together they are OpenAI's schema and our extensions; a
 * name in none of them is ignored, and counted.
 *
 * @param read what is read and acted upon
 * @param harmless what changes nothing in an answer here, whatever it says
 * @param refused what would change an answer and is not implemented, with the values that change
 *     nothing. Ignoring any other value would answer another question than the one asked
 */
public record FieldGroups(
    Set<String> read, Set<String> harmless, Map<String, Predicate<JsonNode>> refused) {

  /**
   * Goes through the names of an object.
   *
   * @return how many of them are in no group
   * @throws Refusal.BadRequest for the first field that asks for something not implemented
   */
  public int check(Fields fields) {
    int ignored = 0;
    for (Map.Entry<String, JsonNode> field : fields.object().properties()) {
      Predicate<JsonNode> off = refused.get(field.getKey());
      if (off != null) {
        if (!field.getValue().isNull() && !off.test(field.getValue())) {
          throw unsupported(fields.at(field.getKey()));
        }
      } else if (!read.contains(field.getKey()) && !harmless.contains(field.getKey())) {
        ignored++;
      }
    }
    return ignored;
  }

  /** All names, in order. */
  public Set<String> names() {
    Set<String> names = new TreeSet<>(read);
    names.addAll(harmless);
    names.addAll(refused.keySet());
    return names;
  }

  /** A refusal of a field, or of a value of it, that is not implemented. */
  public static Refusal.BadRequest unsupported(String field) {
    return unsupported(field, "not supported (expected: absent)");
  }

  /** The same with what was found and what would be taken. */
  public static Refusal.BadRequest unsupported(String field, String why) {
    return new Refusal.BadRequest(field, "unsupported_parameter", field + ": " + why);
  }

  /** No value means "off". */
  public static boolean never(JsonNode node) {
    return false;
  }

  /** {@code []} and <code>{}</code> mean "off". */
  public static boolean isEmpty(JsonNode node) {
    return node.isContainer() && node.isEmpty();
  }

  /** One string means "off". */
  public static Predicate<JsonNode> is(String value) {
    return node -> node.isString() && node.stringValue().equals(value);
  }
}
