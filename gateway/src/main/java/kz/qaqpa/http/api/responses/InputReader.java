package kz.qaqpa.http.api.responses;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.http.api.ChatMessage;
import kz.qaqpa.http.api.FieldGroups;
import kz.qaqpa.http.api.Fields;
import kz.qaqpa.http.api.Shown;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** The field {@code input} to messages. For one request. */
final class InputReader {
  private static final String ROLES_IN_WORDS = "system, developer, user or assistant";
  private static final Set<String> ROLES = Set.of("system", "developer", "user", "assistant");
  private static final Set<String> TEXT_PARTS = Set.of("input_text", "output_text");

  private int ignored;

  /**
   * Reads the field: a string is a user's message; items are messages whose content is a string or
   * text parts.
   *
   * @throws Refusal.BadRequest naming the item and its field, never repeating its text
   */
  List<ChatMessage> read(Fields fields) {
    String expected = "string or array of items";
    JsonNode node = Fields.required(fields.any("input"), "input", expected);
    if (node.isString()) {
      ChatMessage.requireWellFormed("input", node.stringValue());
      return List.of(new ChatMessage("user", node.stringValue()));
    }
    if (!(node instanceof ArrayNode array)) {
      throw fields.wrong("input", Shown.described(node), expected);
    }
    if (array.size() > ResponsesRequest.MOST_ITEMS) {
      String most = "at most " + ResponsesRequest.MOST_ITEMS + " items";
      throw fields.wrong("input", array.size() + " items", most);
    }
    List<ChatMessage> messages = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      messages.add(message(Fields.of(array.get(i), "input[" + i + "]")));
    }
    return messages;
  }

  /** How many fields outside the schema the items had. */
  int ignored() {
    return ignored;
  }

  private ChatMessage message(Fields fields) {
    String type = fields.string("type", "\"message\"");
    boolean reference = type == null && fields.any("role") == null && fields.any("id") != null;
    if (reference || (type != null && !type.equals("message"))) {
      String found = type == null ? "item reference" : Shown.text(type);
      throw FieldGroups.unsupported(
          fields.at("type"), found + " is not supported (expected: \"message\")");
    }
    String role =
        Fields.required(fields.string("role", ROLES_IN_WORDS), fields.at("role"), ROLES_IN_WORDS);
    if (!ROLES.contains(role)) {
      throw fields.wrong("role", Shown.text(role), ROLES_IN_WORDS);
    }
    ignored += ResponsesFields.MESSAGE.check(fields);
    String content = ChatMessage.content(fields, InputReader::part);
    ChatMessage.requireWellFormed(fields.at("content"), content);
    return new ChatMessage(role, content);
  }

  private static String part(Fields fields) {
    String expected = "\"input_text\" or \"output_text\"";
    String type = Fields.required(fields.string("type", expected), fields.at("type"), expected);
    if (!TEXT_PARTS.contains(type)) {
      throw FieldGroups.unsupported(
          fields.at("type"), Shown.text(type) + " is not supported (expected: " + expected + ")");
    }
    return Fields.required(fields.privateString("text", "string"), fields.at("text"), "string");
  }
}
