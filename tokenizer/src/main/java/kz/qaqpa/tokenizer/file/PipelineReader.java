package kz.qaqpa.tokenizer.file;

import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.tokenizer.split.PreTokenizer;
import org.jspecify.annotations.Nullable;

/** Reads the parts {@code normalizer}, {@code pre_tokenizer}, {@code decoder} and so on. */
final class PipelineReader {
  private PipelineReader() {}

  static boolean isNfc(@Nullable JsonPart normalizer) {
    if (normalizer == null) {
      return false;
    }
    JsonPart type = normalizer.object().required("type");
    return switch (type.text()) {
      case "NFC" -> true;
      case "Sequence" -> {
        boolean nfc = false;
        for (JsonPart part : normalizer.required("normalizers").array()) {
          nfc |= isNfc(part);
        }
        yield nfc;
      }
      default -> throw type.unsupported("null, \"NFC\", \"Sequence\"");
    };
  }

  static PreTokenizer preTokenizer(JsonPart part) {
    List<JsonPart> parts = new ArrayList<>();
    flatten(part, "pretokenizers", parts);
    List<PreTokenizer> stages = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      JsonPart stage = parts.get(i);
      JsonPart type = stage.required("type");
      boolean last = i == parts.size() - 1;
      if (type.text().equals("ByteLevel") != last) {
        throw type.wrong("\"ByteLevel\" as the last stage, and only there");
      }
      switch (type.text()) {
        case "ByteLevel" -> addByteLevel(stage, stages);
        case "Split" -> stages.add(split(stage));
        default -> throw type.unsupported("\"Split\", \"ByteLevel\", \"Sequence\"");
      }
    }
    if (parts.isEmpty()) {
      throw part.wrong("at least a ByteLevel stage");
    }
    return PreTokenizer.sequence(stages);
  }

  static void flatten(JsonPart part, String key, List<JsonPart> out) {
    if (part.object().required("type").text().equals("Sequence")) {
      for (JsonPart inner : part.required(key).array()) {
        flatten(inner, key, out);
      }
    } else {
      out.add(part);
    }
  }

  private static void addByteLevel(JsonPart stage, List<PreTokenizer> stages) {
    if (stage.flag("add_prefix_space", true)) {
      stages.add(PreTokenizer.prefixSpace());
    }
    if (stage.flag("use_regex", true)) {
      stages.add(PreTokenizer.gpt2());
    }
  }

  private static PreTokenizer split(JsonPart stage) {
    JsonPart behavior = stage.required("behavior");
    if (!behavior.text().equals("Isolated")) {
      throw behavior.unsupported("\"Isolated\"");
    }
    // "invert" swaps matches with what lies between them; isolated, both are words.
    JsonPart pattern = stage.required("pattern").object();
    JsonPart regex = pattern.optional("Regex");
    if (regex == null) {
      JsonPart literal = pattern.required("String");
      if (literal.text().isEmpty()) {
        throw literal.wrong("text");
      }
      return PreTokenizer.literal(literal.text());
    }
    try {
      return PreTokenizer.regex(regex.text());
    } catch (IllegalArgumentException e) {
      throw new TokenizerFileException(regex.file(), regex.name() + ": " + e.getMessage(), e);
    }
  }

  static void checkDecoder(JsonPart decoder) {
    List<JsonPart> parts = new ArrayList<>();
    flatten(decoder, "decoders", parts);
    for (JsonPart part : parts) {
      JsonPart type = part.required("type");
      if (!type.text().equals("ByteLevel")) {
        throw type.unsupported("\"ByteLevel\", \"Sequence\"");
      }
    }
    if (parts.size() != 1) {
      throw decoder.wrong("one ByteLevel decoder");
    }
  }
}
