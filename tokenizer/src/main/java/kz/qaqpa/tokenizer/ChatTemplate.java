package kz.qaqpa.tokenizer;

import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import kz.qaqpa.tokenizer.file.TokenizerConfig;
import kz.qaqpa.tokenizer.file.TokenizerFileException;
import kz.qaqpa.tokenizer.jinja.JinjaTemplate;
import kz.qaqpa.tokenizer.jinja.Marked;
import org.jspecify.annotations.Nullable;

/**
 * The model's own chat template. What a message says reaches the model as letters: special tokens
 * that are written out in it stay text, and so does Jinja.
 *
 * <p>Immutable, shared by all threads. A rendering takes some 100 microseconds, so it belongs off
 * the event loop.
 */
public final class ChatTemplate {
  private final JinjaTemplate template;
  private final Tokenizer tokenizer;
  private final @Nullable String beginOfText;
  private final @Nullable String endOfText;

  private ChatTemplate(JinjaTemplate template, Tokenizer tokenizer, TokenizerConfig config) {
    this.template = template;
    this.tokenizer = tokenizer;
    this.beginOfText = config.beginOfText();
    this.endOfText = config.endOfText();
  }

  /**
   * Loads the template from {@code chat_template.jinja} or {@code tokenizer_config.json}.
   *
   * @param folder the folder of the model
   * @param tokenizer that of the same folder
   * @throws TokenizerFileException if there is no template, or it is malformed
   */
  public static ChatTemplate load(Path folder, Tokenizer tokenizer) {
    return load(folder, tokenizer, Clock.system(ZoneId.systemDefault()));
  }

  static ChatTemplate load(Path folder, Tokenizer tokenizer, Clock clock) {
    TokenizerConfig config = TokenizerConfig.read(folder);
    Path file = folder.resolve("tokenizer_config.json");
    String source = config.chatTemplate();
    if (source == null) {
      throw new TokenizerFileException(file, "chat_template: missing");
    }
    try {
      ChatTemplate template = new ChatTemplate(new JinjaTemplate(source, clock), tokenizer, config);
      template.template.probe(template.variables(List.of(new Message("user", "x")), true));
      return template;
    } catch (IllegalArgumentException e) {
      throw new TokenizerFileException(file, "chat_template: " + e.getMessage(), e);
    }
  }

  /**
   * Renders a chat and encodes it.
   *
   * @param messages the chat so far, oldest first
   * @param addGenerationPrompt whether the header of the answer follows, so that the model answers
   * @throws IllegalArgumentException if the template refuses the chat, with its message, or a
   *     content has an unpaired surrogate
   */
  public int[] encode(List<Message> messages, boolean addGenerationPrompt) {
    Marked prompt = renderMarked(messages, addGenerationPrompt);
    return tokenizer.encode(prompt.text(), prompt.literal());
  }

  /**
   * Renders a chat to text, in which a written-out special token cannot be told from a real one.
   *
   * @throws IllegalArgumentException as {@link #encode}
   */
  public String render(List<Message> messages, boolean addGenerationPrompt) {
    return renderMarked(messages, addGenerationPrompt).text();
  }

  private Marked renderMarked(List<Message> messages, boolean addGenerationPrompt) {
    return Marked.of(template.render(variables(messages, addGenerationPrompt)));
  }

  private Map<String, @Nullable Object> variables(
      List<Message> messages, boolean addGenerationPrompt) {
    List<Map<String, String>> chat = new ArrayList<>(messages.size());
    for (Message message : messages) {
      Map<String, String> fields = new HashMap<>();
      fields.put("role", message.role());
      fields.put("content", Marked.mark(message.content()));
      chat.add(fields);
    }
    Map<String, @Nullable Object> variables = new HashMap<>();
    variables.put("messages", chat);
    variables.put("tools", null);
    variables.put("documents", null);
    variables.put("add_generation_prompt", addGenerationPrompt);
    if (beginOfText != null) {
      variables.put("bos_token", beginOfText);
    }
    if (endOfText != null) {
      variables.put("eos_token", endOfText);
    }
    return variables;
  }
}
