package kz.qaqpa.tokenizer.file;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import kz.qaqpa.tokenizer.bpe.AddedToken;
import kz.qaqpa.tokenizer.bpe.Vocabulary;

/** Reads the part {@code added_tokens}. */
final class AddedTokensReader {
  private AddedTokensReader() {}

  /** The added tokens: first those marked special, then the others, each in the file's order. */
  static List<AddedToken> read(JsonPart root, Map<String, Integer> vocabulary) {
    JsonPart part = root.optional("added_tokens");
    if (part == null) {
      return List.of();
    }
    List<AddedToken> special = new ArrayList<>();
    List<AddedToken> others = new ArrayList<>();
    Map<String, Integer> added = new HashMap<>();
    int highest = -1;
    for (JsonPart entry : part.array()) {
      entry.object();
      AddedToken token = token(entry);
      // The library gives ids by itself, and only warns where the file says otherwise.
      Integer known = vocabulary.get(token.content());
      int expected = known != null ? known : Math.max(highest + 1, vocabulary.size());
      if (token.id() != expected) {
        throw entry.required("id").wrong(expected + ", by the order of the tokens");
      }
      if (added.put(token.content(), token.id()) != null) {
        throw entry.required("content").wrong("a token that is not added twice");
      }
      highest = Math.max(highest, token.id());
      (token.special() ? special : others).add(token);
    }
    special.addAll(others);
    return List.copyOf(special);
  }

  private static AddedToken token(JsonPart entry) {
    JsonPart content = entry.required("content");
    if (content.text().isEmpty()) {
      throw content.wrong("text");
    }
    boolean special = entry.flag("special", false);
    return new AddedToken(
        entry.required("id").integer(0, Vocabulary.MAX_IDS - 1),
        content.text(),
        entry.flag("single_word", false),
        entry.flag("lstrip", false),
        entry.flag("rstrip", false),
        entry.flag("normalized", !special),
        special);
  }
}
