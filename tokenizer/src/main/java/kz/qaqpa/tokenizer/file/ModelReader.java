package kz.qaqpa.tokenizer.file;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import kz.qaqpa.tokenizer.bpe.BpeModel;
import kz.qaqpa.tokenizer.bpe.MergeTable;
import kz.qaqpa.tokenizer.bpe.Vocabulary;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads the part {@code model}. */
final class ModelReader {
  private final JsonPart part;

  ModelReader(JsonPart part) {
    this.part = part;
    JsonPart type = part.optional("type");
    if (type != null && !type.text().equals("BPE")) {
      throw type.unsupported("\"BPE\"");
    }
    refuseUnlessEmpty("continuing_subword_prefix");
    refuseUnlessEmpty("end_of_word_suffix");
    JsonPart dropout = part.optional("dropout");
    if (dropout != null && !(dropout.node().isNumber() && dropout.node().doubleValue() == 0)) {
      throw dropout.unsupported("null, as ids must not be random");
    }
  }

  private void refuseUnlessEmpty(String key) {
    JsonPart affix = part.optional(key);
    if (affix != null && !affix.text().isEmpty()) {
      throw affix.unsupported("null, as in byte-level models");
    }
  }

  /** Ids by token; they may have gaps. */
  Map<String, Integer> vocabulary() {
    JsonPart vocab = part.required("vocab").object();
    Map<String, Integer> ids = HashMap.newHashMap(vocab.node().size());
    BitSet seen = new BitSet();
    for (Map.Entry<String, JsonNode> entry : vocab.node().properties()) {
      JsonPart value = new JsonPart(vocab.file(), name(vocab, entry.getKey()), entry.getValue());
      int id = value.integer(0, Vocabulary.MAX_IDS - 1);
      if (seen.get(id)) {
        throw value.wrong("an id that no other token has");
      }
      seen.set(id);
      ids.put(entry.getKey(), id);
    }
    return ids;
  }

  private static String name(JsonPart vocab, String token) {
    return vocab.name() + "[\"" + cut(token) + "\"]";
  }

  private static String cut(String token) {
    return token.length() > 64 ? token.substring(0, 64) + "…" : token;
  }

  BpeModel model(Vocabulary vocabulary, Map<String, Integer> ids) {
    try {
      return new BpeModel(vocabulary, merges(ids), part.flag("ignore_merges", false));
    } catch (IllegalArgumentException e) {
      throw new TokenizerFileException(
          part.file(), part.name() + ".vocab: " + e.getMessage() + "; only byte-level BPE is read");
    }
  }

  private MergeTable merges(Map<String, Integer> ids) {
    JsonPart merges = part.required("merges");
    JsonNode node = merges.node();
    if (!node.isArray()) {
      throw merges.wrong("an array");
    }
    int[] table = new int[3 * node.size()];
    int used = 0;
    for (int i = 0; i < node.size(); i++) {
      JsonPart merge = new JsonPart(part.file(), merges.name() + "[" + i + "]", node.get(i));
      String[] pair = pair(merge);
      if (pair == null) {
        continue;
      }
      table[used++] = id(merge, ids, pair[0]);
      table[used++] = id(merge, ids, pair[1]);
      table[used++] = id(merge, ids, pair[0] + pair[1]);
    }
    return new MergeTable(Arrays.copyOf(table, used));
  }

  /** Both halves of a merge, which is "a b" or ["a", "b"]; null for a version line. */
  private static String @Nullable [] pair(JsonPart merge) {
    JsonNode node = merge.node();
    if (node.isString()) {
      String text = node.stringValue();
      if (text.startsWith("#version")) {
        return null;
      }
      int space = text.indexOf(' ');
      if (space > 0 && space < text.length() - 1 && text.indexOf(' ', space + 1) < 0) {
        return new String[] {text.substring(0, space), text.substring(space + 1)};
      }
    } else if (node.isArray()
        && node.size() == 2
        && node.get(0).isString()
        && node.get(1).isString()) {
      return new String[] {node.get(0).stringValue(), node.get(1).stringValue()};
    }
    throw merge.wrong("\"left right\" or [\"left\", \"right\"]");
  }

  private static int id(JsonPart merge, Map<String, Integer> ids, String token) {
    Integer id = ids.get(token);
    if (id == null) {
      throw new TokenizerFileException(
          merge.file(),
          merge.name() + ": names the token \"" + cut(token) + "\", which model.vocab lacks");
    }
    return id;
  }
}
