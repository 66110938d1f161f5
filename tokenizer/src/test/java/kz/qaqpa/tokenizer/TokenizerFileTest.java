package kz.qaqpa.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import kz.qaqpa.tokenizer.Tokenizer.SpecialTokens;
import kz.qaqpa.tokenizer.file.TokenizerFileException;
import kz.qaqpa.tokenizer.fixtures.Texts;
import kz.qaqpa.tokenizer.fixtures.TokenizerFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Files that are broken or ask for what is not supported give one error that says where. */
final class TokenizerFileTest {
  @TempDir private Path folder;

  static Stream<Arguments> faults() {
    return Stream.of(
        fault("model: missing", json -> json.remove("model")),
        fault("model: \"BPE\" (expected: an object)", json -> json.put("model", "BPE")),
        fault(
            "model.type: \"Unigram\" is not supported", json -> model(json).put("type", "Unigram")),
        fault("model.dropout: 0.1 is not supported", json -> model(json).put("dropout", 0.1)),
        fault(
            "model.end_of_word_suffix: \"</w>\" is not supported",
            json -> model(json).put("end_of_word_suffix", "</w>")),
        fault("model.vocab: missing", json -> model(json).remove("vocab")),
        fault("model.vocab: an array (expected: an object)", json -> model(json).putArray("vocab")),
        fault(
            "model.vocab[\"b\"]: 98 (expected: an id that no other token has)",
            json -> vocab(json).put("a", 98)),
        fault(
            "model.vocab[\"a\"]: -1 (expected: an integer from 0 to",
            json -> vocab(json).put("a", -1)),
        fault(
            "model.vocab[\"a\"]: 9000000000 (expected",
            json -> vocab(json).put("a", 9_000_000_000L)),
        fault(
            "model.vocab[\"a\"]: 2147483647 (expected",
            json -> vocab(json).put("a", Integer.MAX_VALUE)),
        fault("model.vocab[\"a\"]: \"97\" (expected", json -> vocab(json).put("a", "97")),
        fault("model.vocab[\"a\"]: 97.5 (expected", json -> vocab(json).put("a", 97.5)),
        fault("model.vocab: no token for byte 0x62, 'b'", json -> vocab(json).remove("b")),
        fault("model.merges: missing", json -> model(json).remove("merges")),
        fault(
            "model.merges: an object (expected: an array)",
            json -> model(json).putObject("merges")),
        fault(
            "model.merges[0]: names the token \"zzz\", which model.vocab lacks",
            json -> model(json).putArray("merges").add("a zzz")),
        fault(
            "model.merges[0]: names the token \"ab\"",
            json -> model(json).putArray("merges").addArray().add("a").add("b")),
        fault(
            "model.merges[0]: \"a b c\" (expected: \"left right\"",
            json -> model(json).putArray("merges").add("a b c")),
        fault("model.merges[0]: 7 (expected", json -> model(json).putArray("merges").add(7)),
        fault(
            "model.merges[0]: an array (expected",
            json -> model(json).putArray("merges").addArray().add("a")),
        fault(
            "model.ignore_merges: \"yes\" (expected: true or false)",
            json -> model(json).put("ignore_merges", "yes")),
        fault("added_tokens[0].id: 9 (expected: 258", json -> added(json, "<x>", 9)),
        fault("added_tokens[0].id: -9 (expected", json -> added(json, "<x>", -9)),
        fault("added_tokens[0].content: \"\" (expected: text)", json -> added(json, "", 258)),
        fault(
            "added_tokens[0]: 1 (expected: an object)",
            json -> json.putArray("added_tokens").add(1)),
        fault(
            "normalizer.type: \"Lowercase\" is not supported (supported: null, \"NFC\"",
            json -> json.putObject("normalizer").put("type", "Lowercase")),
        fault("pre_tokenizer: missing", json -> json.putNull("pre_tokenizer")),
        fault(
            "pre_tokenizer.type: \"Metaspace\" (expected: \"ByteLevel\" as the last stage",
            json -> json.putObject("pre_tokenizer").put("type", "Metaspace")),
        fault(
            "pre_tokenizer.pretokenizers[0].behavior: \"Removed\" is not supported",
            json -> split(json).put("behavior", "Removed")),
        fault(
            "pre_tokenizer.pretokenizers[0].pattern.Regex: this kind of group at index 0",
            json -> split(json).putObject("pattern").put("Regex", "(?<=a)b")),
        fault(
            "pre_tokenizer.pretokenizers[0].pattern.String: missing",
            json -> split(json).putObject("pattern")),
        fault(
            "pre_tokenizer.pretokenizers[0].type: \"Digits\" is not supported",
            json -> split(json).put("type", "Digits")),
        fault("decoder: missing", json -> json.remove("decoder")),
        fault(
            "decoder.type: \"WordPiece\" is not supported",
            json -> json.putObject("decoder").put("type", "WordPiece")),
        fault(
            "post_processor.type: \"BertProcessing\" is not supported",
            json -> json.putObject("post_processor").put("type", "BertProcessing")));
  }

  private static Arguments fault(String message, Consumer<ObjectNode> breaking) {
    return Arguments.of(message, breaking);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void fault_isNamed(String message, Consumer<ObjectNode> breaking) {
    TokenizerFile file = new TokenizerFile(List.of(merge("a", "a"), merge("aa", "a")), false);
    breaking.accept(file.json());
    file.write(folder);
    assertThatThrownBy(() -> BpeTokenizer.load(folder))
        .isInstanceOf(TokenizerFileException.class)
        .hasMessageStartingWith(folder.resolve("tokenizer.json") + ": ")
        .hasMessageContaining(message);
  }

  @Test
  void missingAndTruncated() throws IOException {
    assertThatThrownBy(() -> BpeTokenizer.load(folder)).hasMessageEndingWith("does not exist");
    new TokenizerFile(List.<String[]>of(merge("a", "a")), true).llamaSpecials().write(folder);
    Path file = folder.resolve("tokenizer.json");
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length += 97) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> BpeTokenizer.load(folder))
          .isInstanceOf(TokenizerFileException.class);
    }
    for (String text : List.of("[]", "null", "1", "{} {}", "{\"model\":1,\"model\":2}", "\u0000")) {
      Files.writeString(file, text);
      assertThatThrownBy(() -> BpeTokenizer.load(folder))
          .isInstanceOf(TokenizerFileException.class);
    }
    Files.writeString(file, "[".repeat(100_000));
    assertThatThrownBy(() -> BpeTokenizer.load(folder)).isInstanceOf(TokenizerFileException.class);
  }

  @Test
  void mutatedFiles_loadOrSayWhy() throws IOException {
    new TokenizerFile(List.of(merge("a", "a"), merge("Ò", "Ľ")), true)
        .llamaSpecials()
        .nfc()
        .write(folder);
    Path file = folder.resolve("tokenizer.json");
    byte[] whole = Files.readAllBytes(file);
    Seeds.forRandom(
        TestSize.tries(1_500, 100_000),
        random -> {
          byte[] bytes = whole.clone();
          for (int i = random.nextInt(1, 4); i > 0; i--) {
            byte[] signs = "\"{}[]:,0-9e.ntf\\\u00ff".getBytes(StandardCharsets.ISO_8859_1);
            bytes[random.nextInt(bytes.length)] = signs[random.nextInt(signs.length)];
          }
          Files.write(file, bytes);
          try {
            BpeTokenizer.load(folder).encode("aa қ <|eot_id|>", SpecialTokens.RECOGNISE);
          } catch (TokenizerFileException e) {
            assertThat(e.getMessage()).startsWith(file + ": ");
          }
        });
  }

  @Test
  void gapsInIds_areNamedWhenDecoded() {
    TokenizerFile file = new TokenizerFile(List.of(), false);
    vocab(file.json()).put("қ?", 1000);
    BpeTokenizer tokenizer = BpeTokenizer.load(file.write(folder));
    assertThat(tokenizer.vocabularySize()).isEqualTo(1001);
    assertThat(tokenizer.decode(new int[] {'a', 1000}, false)).isEqualTo("aқ?");
    assertThatThrownBy(() -> tokenizer.decode(new int[] {999}, false))
        .hasMessage("token id: 999 (expected: an id of the vocabulary, 0 to 1000)");
  }

  @Test
  void postProcessorAndSequences_areRead() {
    TokenizerFile file = new TokenizerFile(List.of(), false).llamaSpecials();
    ArrayNode processors =
        file.json().putObject("post_processor").put("type", "Sequence").putArray("processors");
    processors.addObject().put("type", "ByteLevel");
    processors.addObject().put("type", "TemplateProcessing");
    file.json()
        .putObject("normalizer")
        .put("type", "Sequence")
        .putArray("normalizers")
        .addObject()
        .put("type", "NFC");
    file.json()
        .putObject("decoder")
        .put("type", "Sequence")
        .putArray("decoders")
        .addObject()
        .put("type", "ByteLevel");
    BpeTokenizer tokenizer = BpeTokenizer.load(file.write(folder));
    int[] ids = tokenizer.encode("и\u0306<|eot_id|>", SpecialTokens.RECOGNISE);
    assertThat(ids)
        .containsExactly(0xD0, 0xB9, tokenizer.specialTokenId("<|eot_id|>").orElseThrow());
    assertThat(tokenizer.decode(ids, true)).isEqualTo("й");
    assertThat(tokenizer.bytes(ids[2])).asString(StandardCharsets.UTF_8).isEqualTo("<|eot_id|>");
  }

  @Test
  void startTokens_areThoseOfThePostProcessor_unlessTheConfigurationSaysOtherwise()
      throws Exception {
    TokenizerFile file = new TokenizerFile(List.of(), false).llamaSpecials();
    assertThat(BpeTokenizer.load(file.write(folder)).startTokens()).isEmpty();
    ObjectNode template = file.json().putObject("post_processor");
    template.put("type", "TemplateProcessing");
    ArrayNode single = template.putArray("single");
    single.addObject().putObject("SpecialToken").put("id", "BOS").put("type_id", 0);
    single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
    single.addObject().putObject("SpecialToken").put("id", "EOS").put("type_id", 0);
    template.putObject("special_tokens").putObject("BOS").putArray("ids").add(256);
    assertThat(BpeTokenizer.load(file.write(folder)).startTokens()).containsExactly(256);
    Path config = folder.resolve("tokenizer_config.json");
    Files.writeString(config, "{\"add_bos_token\":false}");
    assertThat(BpeTokenizer.load(folder).startTokens()).isEmpty();
    Files.writeString(config, "{\"add_bos_token\":true,\"bos_token\":\"<|eot_id|>\"}");
    BpeTokenizer tokenizer = BpeTokenizer.load(folder);
    assertThat(tokenizer.startTokens())
        .containsExactly(tokenizer.specialTokenId("<|eot_id|>").orElseThrow());
    Files.writeString(config, "{\"add_bos_token\":true}");
    assertThatThrownBy(() -> BpeTokenizer.load(folder))
        .hasMessageContaining("add_bos_token: true (expected: a bos_token beside it)");
    Files.writeString(config, "{\"add_bos_token\":\"yes\"}");
    assertThatThrownBy(() -> BpeTokenizer.load(folder))
        .hasMessageContaining("add_bos_token: \"yes\" (expected: true or false)");
  }

  @Test
  void startTokens_ofAnIdBeyondTheVocabulary_areRefused() {
    TokenizerFile file = new TokenizerFile(List.of(), false);
    ObjectNode template = file.json().putObject("post_processor");
    template.put("type", "TemplateProcessing");
    template.putArray("single").addObject().putObject("SpecialToken").put("id", "BOS");
    template.putObject("special_tokens").putObject("BOS").putArray("ids").add(256);
    assertThatThrownBy(() -> BpeTokenizer.load(file.write(folder)))
        .hasMessageContaining("post_processor.special_tokens.BOS.ids[0]: 256");
  }

  @Test
  void specialTokensAsText() {
    BpeTokenizer tokenizer = BpeTokenizer.load(Texts.kazMini());
    int eot = tokenizer.specialTokenId("<|eot_id|>").orElseThrow();
    assertThat(tokenizer.isSpecial(eot)).isTrue();
    assertThat(tokenizer.specialTokenId("<|none|>")).isEmpty();
    assertThat(tokenizer.encode("a<|eot_id|>", SpecialTokens.RECOGNISE)).contains(eot);
    int[] text = tokenizer.encode("a<|eot_id|>", SpecialTokens.AS_TEXT);
    assertThat(text).doesNotContain(eot);
    assertThat(tokenizer.decode(text, true)).isEqualTo("a<|eot_id|>");
  }

  @Test
  void unpairedSurrogates() {
    BpeTokenizer tokenizer = BpeTokenizer.load(Texts.kazMini());
    for (String text :
        List.of("қаз\ud83d", "қаз\ude00\ud83d", "қаз\ud83dx", "қаз\ud83d\ud83d\ude00")) {
      for (SpecialTokens special : SpecialTokens.values()) {
        assertThatThrownBy(() -> tokenizer.encode(text, special))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage("text: unpaired surrogate at index 3 (expected: well-formed UTF-16)");
      }
    }
  }

  @Test
  void hundredKilobytesOfOneCharacter_areFast() {
    TokenizerFile file = new TokenizerFile(doubling("a", " ", "Ì"), false).llamaSpecials().nfc();
    BpeTokenizer tokenizer =
        BpeTokenizer.load(file.added("<q>", Set.of("lstrip", "rstrip")).write(folder));
    for (BpeTokenizer each : List.of(tokenizer, BpeTokenizer.load(Texts.kazMini()))) {
      for (String unit : List.of("a", "қ", " ", "\u0301", "<", "<q> ", "\u0345\u0316", "1", "😀")) {
        String text = unit.repeat(100_000 / unit.length());
        org.junit.jupiter.api.Assertions.assertTimeout(
            java.time.Duration.ofSeconds(10),
            () -> assertThat(each.encode(text, SpecialTokens.RECOGNISE)).isNotEmpty());
      }
    }
  }

  /** Merges that double a run again and again, so that all of a long word merges. */
  private static List<String[]> doubling(String... letters) {
    return Arrays.stream(letters)
        .map(letter -> letter.equals(" ") ? "Ġ" : letter)
        .flatMap(letter ->
            Stream.iterate(letter, run -> run + run).limit(10).map(run -> merge(run, run)))
        .toList();
  }

  private static String[] merge(String left, String right) {
    return new String[] {left, right};
  }

  private static ObjectNode model(ObjectNode json) {
    return (ObjectNode) json.get("model");
  }

  private static ObjectNode vocab(ObjectNode json) {
    return (ObjectNode) json.at("/model/vocab");
  }

  private static ObjectNode split(ObjectNode json) {
    return (ObjectNode) json.at("/pre_tokenizer/pretokenizers/0");
  }

  private static void added(ObjectNode json, String content, int id) {
    json.putArray("added_tokens")
        .add(JsonMapper.shared().createObjectNode().put("id", id).put("content", content));
  }
}
