package kz.qaqpa.tokenizer.file;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a {@code tokenizer_config.json} says about chats and the start of texts.
 *
 * @param beginOfText the token {@code bos_token}, or null
 * @param endOfText the token {@code eos_token}, or null
 * @param chatTemplate Jinja text, or null
 * @param addBeginOfText whether plain text begins with {@code bos_token}, or null if the file does
 *     not say
 */
public record TokenizerConfig(
    @Nullable String beginOfText,
    @Nullable String endOfText,
    @Nullable String chatTemplate,
    @Nullable Boolean addBeginOfText) {
  private static final String FILE = "tokenizer_config.json";
  private static final String TEMPLATE_FILE = "chat_template.jinja";

  /**
   * Reads the folder of a tokenizer; a {@code chat_template.jinja} in it counts before the template
   * in the configuration, as in Hugging Face's library.
   *
   * @throws TokenizerFileException if a file is malformed
   */
  public static TokenizerConfig read(Path folder) {
    Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      return new TokenizerConfig(null, null, templateFile(folder), null);
    }
    JsonPart root = JsonPart.read(file);
    String template = templateFile(folder);
    return new TokenizerConfig(
        token(root.optional("bos_token")),
        token(root.optional("eos_token")),
        template != null ? template : template(root.optional("chat_template")),
        root.optional("add_bos_token") == null ? null : root.flag("add_bos_token", false));
  }

  private static @Nullable String templateFile(Path folder) {
    Path file = folder.resolve(TEMPLATE_FILE);
    if (!Files.exists(file)) {
      return null;
    }
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new TokenizerFileException(file, "cannot be read as UTF-8: " + e.getMessage(), e);
    }
  }

  private static @Nullable String token(@Nullable JsonPart part) {
    if (part == null) {
      return null;
    }
    return part.node().isObject() ? part.required("content").text() : part.text();
  }

  private static @Nullable String template(@Nullable JsonPart part) {
    if (part == null) {
      return null;
    }
    if (!part.node().isArray()) {
      return part.text();
    }
    for (JsonPart named : part.array()) {
      if (named.object().required("name").text().equals("default")) {
        return named.required("template").text();
      }
    }
    throw part.wrong("a template named \"default\" among them");
  }
}
