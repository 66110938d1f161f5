package kz.qaqpa.tokenizer.file;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the part {@code post_processor}: what stands before a plain text. What would stand after it
 * is left out, since a text that is to be continued has no end; and around a chat its own template
 * writes everything.
 */
final class PostProcessorReader {
  private PostProcessorReader() {}

  /**
   * The tokens before a text.
   *
   * @param highest the highest id of the vocabulary
   */
  static List<Integer> start(@Nullable JsonPart processor, int highest) {
    List<Integer> start = new ArrayList<>();
    if (processor == null) {
      return start;
    }
    List<JsonPart> parts = new ArrayList<>();
    PipelineReader.flatten(processor, "processors", parts);
    for (JsonPart part : parts) {
      JsonPart type = part.required("type");
      switch (type.text()) {
        case "ByteLevel" -> {} // Concerns offsets, not tokens.
        case "TemplateProcessing" -> addStart(part, highest, start);
        default ->
            throw type.unsupported("null, \"ByteLevel\", \"TemplateProcessing\", \"Sequence\"");
      }
    }
    return start;
  }

  private static void addStart(JsonPart template, int highest, List<Integer> start) {
    JsonPart single = template.optional("single");
    if (single == null) {
      return;
    }
    for (JsonPart piece : single.array()) {
      JsonPart token = piece.object().optional("SpecialToken");
      if (token == null) {
        return; // The text itself.
      }
      String name = token.object().required("id").text();
      JsonPart special = template.required("special_tokens").object().required(name);
      for (JsonPart id : special.object().required("ids").array()) {
        start.add(id.integer(0, highest));
      }
    }
  }
}
