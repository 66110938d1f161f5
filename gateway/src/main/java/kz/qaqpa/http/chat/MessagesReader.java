package kz.qaqpa.http.chat;

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

/** The field {@code messages} to a conversation. For one body. */
public final class MessagesReader {
  /** Longest conversation. */
  static final int MOST = 2048;

  private static final String ROLES_IN_WORDS = "system, developer, user, assistant or tool";
  private static final Set<String> ROLES =
      Set.of("system", "developer", "user", "assistant", "tool");

  private int ignored;

  /**
   * Reads the field. What a message says is text: a string, or parts of type {@code text}.
   *
   * @throws Refusal.BadRequest naming the message and its field, never repeating its text
   */
  public List<ChatMessage> read(Fields fields) {
    String expected = "array of messages";
    JsonNode node = Fields.required(fields.any("messages"), "messages", expected);
    if (!(node instanceof ArrayNode array)) {
      throw fields.wrong("messages", Shown.described(node), expected);
    }
    if (array.isEmpty() || array.size() > MOST) {
      throw fields.wrong("messages", array.size() + " entries", "1 to " + MOST + " entries");
    }
    List<ChatMessage> messages = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      messages.add(message(Fields.of(array.get(i), "messages[" + i + "]")));
    }
    return messages;
  }

  /** How many fields outside the schema the messages had. */
  public int ignored() {
    return ignored;
  }

  private ChatMessage message(Fields fields) {
    String role =
        Fields.required(fields.string("role", ROLES_IN_WORDS), fields.at("role"), ROLES_IN_WORDS);
    if (!ROLES.contains(role)) {
      throw fields.wrong("role", Shown.text(role), ROLES_IN_WORDS);
    }
    ignored += ChatFields.MESSAGE.check(fields);
    String call = fields.privateString("tool_call_id", "string");
    if (role.equals("tool")) {
      Fields.required(call, fields.at("tool_call_id"), "id of the call that this answers");
    }
    String content = ChatMessage.content(fields, MessagesReader::part);
    ChatMessage.requireWellFormed(fields.at("content"), content);
    return new ChatMessage(role, content);
  }

  private static String part(Fields fields) {
    String type = Fields.required(fields.string("type", "text"), fields.at("type"), "\"text\"");
    if (!type.equals("text")) {
      throw FieldGroups.unsupported(
          fields.at("type"), Shown.text(type) + " is not supported (expected: \"text\")");
    }
    return Fields.required(fields.privateString("text", "string"), fields.at("text"), "string");
  }
}
