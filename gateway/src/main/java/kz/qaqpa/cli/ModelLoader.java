package kz.qaqpa.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import kz.qaqpa.engine.EngineShape;
import kz.qaqpa.engine.model.LlamaConfig;
import kz.qaqpa.flow.ServedModel;
import kz.qaqpa.http.api.ChatMessage;
import kz.qaqpa.tokenizer.BpeTokenizer;
import kz.qaqpa.tokenizer.ChatTemplate;
import kz.qaqpa.tokenizer.Message;

/** What the pipeline needs of a model folder beside its weights. */
final class ModelLoader {
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

  private ModelLoader() {}

  /**
   * The model's name on the wire: that of its folder.
   *
   * @throws IllegalArgumentException if it cannot travel in a header
   */
  static String id(Path folder) {
    Path name = folder.toAbsolutePath().normalize().getFileName();
    String id = name == null ? "" : name.toString();
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "--model: " + folder + " (expected: a folder named with A-Z a-z 0-9 . _ : -)");
    }
    return id;
  }

  /**
   * Tokenizer, chat template, defaults and card.
   *
   * @param warnings hears what is wrong with the card
   */
  static ServedModel load(Path folder, String id, EngineShape shape, Consumer<String> warnings) {
    LlamaConfig config = LlamaConfig.read(folder);
    BpeTokenizer tokenizer = BpeTokenizer.load(folder);
    ChatTemplate template = ChatTemplate.load(folder, tokenizer);
    return new ServedModel(
        id,
        tokenizer,
        new TemplateEncoder(template),
        shape.slotLength(),
        config.eosTokenIds(),
        config.generation(),
        ServedModel.longestToken(tokenizer),
        ServedModel.controlTokens(tokenizer, shape.vocabulary(), config.eosTokenIds()),
        ModelCardReader.read(folder, warnings));
  }

  /** Conversations as the model's own template writes them. */
  private record TemplateEncoder(ChatTemplate template) implements ServedModel.PromptEncoder {

    @Override
    public int[] encode(List<ChatMessage> messages) {
      return encode(messages, true);
    }

    @Override
    public int[] encode(List<ChatMessage> messages, boolean answerFollows) {
      List<Message> chat = messages.stream().map(m -> new Message(m.role(), m.content())).toList();
      return template.encode(chat, answerFollows);
    }
  }
}
