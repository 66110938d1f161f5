package kz.qaqpa.cli.gguf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import kz.qaqpa.engine.model.LlamaConfig;
import kz.qaqpa.tokenizer.bpe.AddedToken;
import kz.qaqpa.tokenizer.file.TokenizerConfig;
import kz.qaqpa.tokenizer.file.TokenizerFileException;
import kz.qaqpa.tokenizer.file.TokenizerJson;
import kz.qaqpa.tokenizer.split.PreTokenizer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A byte-level BPE tokenizer as GGUF has it: tokens, their kinds, merges, and the name that
 * llama.cpp knows the splitting pattern by. llama.cpp normalises nothing: where the tokenizer would
 * bring text to form C, other text than that gets other tokens there.
 */
final class GgufTokenizer {
  private static final int NORMAL = 1;
  private static final int CONTROL = 3;
  private static final int USER_DEFINED = 4;
  private static final int UNUSED = 5;

  private final Path file;
  private final TokenizerJson checked;
  private final TokenizerConfig config;
  private final JsonNode root;

  private GgufTokenizer(Path file, TokenizerJson checked, TokenizerConfig config, JsonNode root) {
    this.file = file;
    this.checked = checked;
    this.config = config;
    this.root = root;
  }

  /**
   * Reads the tokenizer of a model's folder.
   *
   * @throws TokenizerFileException if a file is malformed, or asks for what we do not support
   */
  static GgufTokenizer read(Path folder) throws IOException {
    Path file = folder.resolve("tokenizer.json");
    TokenizerJson checked = TokenizerJson.read(file);
    JsonNode root = JsonMapper.builder().build().readTree(Files.readAllBytes(file));
    return new GgufTokenizer(file, checked, TokenizerConfig.read(folder), root);
  }

  /**
   * Adds its keys.
   *
   * @throws TokenizerFileException if llama.cpp has nothing like it
   */
  void put(GgufHeader header, LlamaConfig model) {
    String[] tokens = new String[model.vocabulary()];
    int[] kinds = new int[tokens.length];
    Arrays.fill(kinds, UNUSED);
    Map<String, Integer> ids = new HashMap<>();
    for (Map.Entry<String, JsonNode> token : root.path("model").path("vocab").properties()) {
      place(tokens, kinds, token.getKey(), token.getValue().asInt(), NORMAL);
      ids.put(token.getKey(), token.getValue().asInt());
    }
    for (AddedToken token : checked.added()) {
      place(tokens, kinds, token.content(), token.id(), token.special() ? CONTROL : USER_DEFINED);
      ids.put(token.content(), token.id());
    }
    for (int i = 0; i < tokens.length; i++) {
      if (tokens[i] == null) {
        tokens[i] = "[PAD" + i + "]"; // As llama.cpp's converter fills gaps.
      }
    }
    header
        .put("tokenizer.ggml.model", "gpt2")
        .put("tokenizer.ggml.pre", preTokenizer())
        .put("tokenizer.ggml.tokens", List.of(tokens))
        .put("tokenizer.ggml.token_type", kinds)
        .put("tokenizer.ggml.merges", merges());
    OptionalInt begin = id(config.beginOfText(), ids, model.bosTokenId());
    begin.ifPresent(id -> header.put("tokenizer.ggml.bos_token_id", id));
    id(config.endOfText(), ids, first(model.eosTokens()))
        .ifPresent(id -> header.put("tokenizer.ggml.eos_token_id", id));
    header.put("tokenizer.ggml.add_bos_token", begin.isPresent() && addsBeginOfText());
    String template = config.chatTemplate();
    if (template != null) {
      header.put("tokenizer.chat_template", template);
    }
  }

  private void place(String[] tokens, int[] kinds, String token, int id, int kind) {
    if (id >= tokens.length) {
      throw new TokenizerFileException(
          file,
          "id " + id + " (expected: less than vocab_size of config.json, " + tokens.length + ")");
    }
    tokens[id] = token;
    kinds[id] = kind;
  }

  private boolean addsBeginOfText() {
    Boolean said = config.addBeginOfText();
    return said != null ? said : !checked.start().isEmpty();
  }

  private static OptionalInt id(
      @Nullable String token, Map<String, Integer> ids, OptionalInt otherwise) {
    Integer id = token == null ? null : ids.get(token);
    return id == null ? otherwise : OptionalInt.of(id);
  }

  private static OptionalInt first(List<Integer> ids) {
    return ids.isEmpty() ? OptionalInt.empty() : OptionalInt.of(ids.getFirst());
  }

  private List<String> merges() {
    List<String> merges = new ArrayList<>();
    for (JsonNode merge : root.path("model").path("merges")) {
      String text =
          merge.isString()
              ? merge.stringValue()
              : merge.get(0).stringValue() + " " + merge.get(1).stringValue();
      if (!text.startsWith("#version")) {
        merges.add(text);
      }
    }
    return merges;
  }

  /**
   * The name of the pattern in {@code llama-vocab.cpp}; to it belongs whether a word that is a
   * token is taken without looking at merges.
   */
  private String preTokenizer() {
    boolean ignoresMerges = root.path("model").path("ignore_merges").asBoolean(false);
    String pattern = pattern();
    String name =
        switch (pattern) {
          case PreTokenizer.LLAMA_3 -> ignoresMerges ? "llama-bpe" : "smaug-bpe";
          case PreTokenizer.QWEN -> "qwen2";
          case PreTokenizer.GPT_2 -> "gpt-2";
          default ->
              throw new TokenizerFileException(
                  file,
                  "pre_tokenizer: another pattern (expected: that of Llama 3, Qwen 2 or GPT-2,"
                      + " which llama.cpp has a name for)");
        };
    if (ignoresMerges && !pattern.equals(PreTokenizer.LLAMA_3)) {
      throw new TokenizerFileException(
          file, "model.ignore_merges: true (expected: false with the pattern of " + name + ")");
    }
    return name;
  }

  /** The one pattern, or "" if there is none or more than one, or a space is put in front. */
  private String pattern() {
    JsonNode part = root.path("pre_tokenizer");
    List<JsonNode> stages = new ArrayList<>();
    flatten(part, stages);
    String pattern = "";
    int patterns = 0;
    for (JsonNode stage : stages) {
      if (stage.path("type").asString("").equals("ByteLevel")) {
        if (stage.path("add_prefix_space").asBoolean(true)) {
          return "";
        }
        if (stage.path("use_regex").asBoolean(true)) {
          pattern = PreTokenizer.GPT_2;
          patterns++;
        }
      } else {
        pattern = stage.path("pattern").path("Regex").asString("");
        patterns++;
      }
    }
    return patterns == 1 ? pattern : "";
  }

  private static void flatten(JsonNode part, List<JsonNode> stages) {
    if (part.path("type").asString("").equals("Sequence")) {
      part.path("pretokenizers").forEach(stage -> flatten(stage, stages));
    } else {
      stages.add(part);
    }
  }
}
