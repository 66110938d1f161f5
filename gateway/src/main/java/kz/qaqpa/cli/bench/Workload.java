package kz.qaqpa.cli.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import kz.qaqpa.cli.client.ChatJson;
import kz.qaqpa.cli.client.ChatJson.Turn;
import kz.qaqpa.tokenizer.Tokenizer;
import kz.qaqpa.tokenizer.Tokenizer.SpecialTokens;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Kazakh requests. No two are alike, so that nothing is found in a prefix cache unless it is meant
 * to be.
 */
public final class Workload {
  private static final int MAX_CHARACTERS = 400;

  /** A prime, so that neighbours differ and all lengths occur. */
  private static final int LENGTH_STRIDE = 37;

  private final String model;
  private final List<String> prompts;
  private final List<String> words;
  private int serial;

  private Workload(String model, List<String> prompts, List<String> words) {
    this.model = model;
    this.prompts = prompts;
    this.words = words;
  }

  /**
   * Takes the Kazakh prompts of a file.
   *
   * @param model named in the requests
   * @param file JSON lines with {@code lang} and {@code text}
   */
  public static Workload read(String model, Path file) throws IOException {
    JsonMapper json = JsonMapper.builder().build();
    List<String> prompts = new ArrayList<>();
    List<String> words = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      JsonNode prompt = json.readTree(line);
      String text = prompt.path("text").asString();
      if (prompt.path("lang").asString().equals("kk")) {
        words.addAll(List.of(text.strip().split("\\s+", -1)));
        if (text.length() <= MAX_CHARACTERS) {
          prompts.add(text);
        }
      }
    }
    if (prompts.isEmpty()) {
      throw new IOException(file + ": no Kazakh prompt of at most " + MAX_CHARACTERS + " letters");
    }
    return new Workload(model, prompts, words);
  }

  /** Questions that share nothing but the chat format. */
  public List<String> distinct(int count, int maxTokens) {
    return IntStream.range(0, count).mapToObj(i -> body(List.of(question()), maxTokens)).toList();
  }

  /**
   * The same with answers of many lengths, from half of {@code maxTokens} up, as real ones end one
   * by one and not all in the same step.
   */
  List<String> mixed(int count, int maxTokens) {
    int lengths = maxTokens - maxTokens / 2 + 1;
    return IntStream.range(0, count)
        .mapToObj(i -> body(List.of(question()), maxTokens - i * LENGTH_STRIDE % lengths))
        .toList();
  }

  /**
   * Questions behind a system message.
   *
   * @param shared whether it is the same in all of them, or another in each
   * @param prefixTokens its length
   */
  public List<String> prefixed(
      Tokenizer tokenizer, boolean shared, int count, int prefixTokens, int maxTokens) {
    String common = prefix(tokenizer, prefixTokens);
    return IntStream.range(0, count)
        .mapToObj(i -> {
          String prefix = shared || i == 0 ? common : prefix(tokenizer, prefixTokens);
          return body(List.of(new Turn("system", prefix), question()), maxTokens);
        })
        .toList();
  }

  private Turn question() {
    int number = serial++;
    String text = prompts.get(number % prompts.size());
    return new Turn("user", number + "-сұрақ. " + text);
  }

  /** As many words as make this number of tokens, another stretch of the text at each call. */
  private String prefix(Tokenizer tokenizer, int tokens) {
    int number = serial++;
    StringBuilder text = new StringBuilder(number + "-нұсқау.");
    for (int i = 0; length(tokenizer, text) < tokens; i++) {
      text.append(' ').append(words.get((number * 97 + i) % words.size()));
    }
    return text.toString();
  }

  private static int length(Tokenizer tokenizer, CharSequence text) {
    return tokenizer.encode(text, SpecialTokens.AS_TEXT).length;
  }

  private String body(List<Turn> turns, int maxTokens) {
    return ChatJson.greedyRequest(model, turns, maxTokens);
  }
}
