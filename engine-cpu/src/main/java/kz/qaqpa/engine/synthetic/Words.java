package kz.qaqpa.engine.synthetic;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import kz.qaqpa.engine.StepResult;
import kz.qaqpa.engine.model.LlamaConfig;
import kz.qaqpa.engine.model.ModelFileException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The tokens of which answers are made: those of a byte-level BPE that are a space and whole
 * letters. Each is text by itself, so that every token becomes an event of a stream at once.
 */
final class Words {
  private Words() {}

  /**
   * Their ids, ascending.
   *
   * @throws ModelFileException if {@code tokenizer.json} has fewer than a row has candidates
   */
  static int[] read(Path model, LlamaConfig config) {
    Path file = model.resolve("tokenizer.json");
    JsonNode vocabulary;
    try {
      vocabulary = JsonMapper.builder().build().readTree(file).path("model").path("vocab");
    } catch (JacksonException e) {
      throw new ModelFileException(file, "cannot be read: " + e.getOriginalMessage(), e);
    }
    byte[] bytes = byteLevel();
    int[] words =
        vocabulary.properties().stream()
            .filter(entry -> isWord(entry.getKey(), bytes))
            .mapToInt(entry -> entry.getValue().asInt(-1))
            .filter(id -> id >= 0 && id < config.vocabulary() && !config.eosTokens().contains(id))
            .sorted()
            .toArray();
    if (words.length < StepResult.CANDIDATES) {
      throw new ModelFileException(
          file,
          "model.vocab: "
              + words.length
              + " whole words (expected: at least "
              + StepResult.CANDIDATES
              + ", for the synthetic engine)");
    }
    return words;
  }

  private static boolean isWord(String token, byte[] bytes) {
    byte[] utf8 = new byte[token.length()];
    for (int i = 0; i < token.length(); i++) {
      char c = token.charAt(i);
      if (c >= bytes.length) {
        return false;
      }
      utf8[i] = bytes[c];
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
      return text.length() > 1
          && text.charAt(0) == ' '
          && text.codePoints().skip(1).allMatch(Character::isLetter);
    } catch (CharacterCodingException e) {
      return false; // A part of a letter.
    }
  }

  /** By character: the byte that GPT-2's {@code bytes_to_unicode} writes so. */
  private static byte[] byteLevel() {
    byte[] bytes = new byte[256 + 68];
    int next = 256;
    for (int b = 0; b < 256; b++) {
      boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b != 0xAD);
      bytes[printable ? b : next++] = (byte) b;
    }
    return bytes;
  }
}
