package kz.qaqpa.http.tokens;

import java.util.List;
import java.util.Map;
import java.util.Set;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.flow.Prompt;
import kz.qaqpa.http.api.ChatMessage;
import kz.qaqpa.http.api.FieldGroups;
import kz.qaqpa.http.api.Fields;
import kz.qaqpa.http.chat.MessagesReader;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The body of {@code POST /tokenize}.
 *
 * @param model which model's tokens, or null for the one that is served
 * @param prompt a plain text, or a conversation
 * @param answerFollows whether a conversation ends with the beginning of the answer's turn
 * @param started whether the tokens that begin a text of the model come first
 * @param strings whether the text of each token is told
 * @param ignored how many fields it had that are not known
 */
record TokenizeRequest(
    @Nullable String model,
    Prompt prompt,
    boolean answerFollows,
    boolean started,
    boolean strings,
    int ignored) {
  private static final FieldGroups FIELDS =
      new FieldGroups(
          Set.of(
              "model",
              "prompt",
              "messages",
              "add_generation_prompt",
              "add_special_tokens",
              "return_token_strs"),
          Set.of(),
          Map.of(
              "continue_final_message", node -> node.isBoolean() && !node.booleanValue(),
              "chat_template", FieldGroups::never,
              "chat_template_kwargs", FieldGroups::isEmpty,
              "mm_processor_kwargs", FieldGroups::isEmpty,
              "tools", FieldGroups::isEmpty));

  /**
   * Reads a body.
   *
   * @throws Refusal.BadRequest for a wrong type or value, or a field that is not implemented
   */
  static TokenizeRequest read(ObjectNode body) {
    Fields fields = new Fields(body, "");
    int ignored = FIELDS.check(fields);
    boolean chat = fields.any("messages") != null;
    String text = fields.privateString("prompt", "string");
    if (chat == (text != null)) {
      throw Refusal.BadRequest.value(
          "prompt", chat ? "beside messages" : "absent", "either prompt or messages");
    }
    // A template writes the tokens that begin a text; plain text has nobody else to do it.
    return new TokenizeRequest(
        fields.string("model", "name of a model"),
        text == null ? conversation(fields) : plain(text),
        or(fields, "add_generation_prompt", true),
        or(fields, "add_special_tokens", !chat),
        fields.bool("return_token_strs"),
        ignored);
  }

  private static Prompt plain(String text) {
    ChatMessage.requireWellFormed("prompt", text);
    return new Prompt.Text(text, false, "prompt");
  }

  private static Prompt conversation(Fields fields) {
    List<ChatMessage> messages = new MessagesReader().read(fields);
    return new Prompt.Conversation(messages, false, "messages");
  }

  private static boolean or(Fields fields, String name, boolean fallback) {
    boolean said = fields.bool(name);
    return fields.any(name) == null ? fallback : said;
  }

  /** What was said, without what the template adds; one text for each message. */
  List<String> texts() {
    return switch (prompt) {
      case Prompt.Conversation talk -> talk.messages().stream().map(ChatMessage::content).toList();
      case Prompt.Text text -> List.of(text.text());
      case Prompt.Tokens _ -> List.of();
    };
  }
}
