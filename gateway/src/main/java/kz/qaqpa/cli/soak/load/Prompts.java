package kz.qaqpa.cli.soak.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What people ask, in Kazakh, Russian and English, and in two of them at once. Any thread. */
public final class Prompts {
  private static final int MAX_CHARACTERS = 400;
  private static final List<String> LANGUAGES =
      List.of("kk", "kk", "kk", "kk", "kk", "kk", "ru", "ru", "en", "mixed");

  private final Map<String, List<String>> byLanguage;

  private Prompts(Map<String, List<String>> byLanguage) {
    this.byLanguage = byLanguage;
  }

  /**
   * Takes the shorter prompts of a file.
   *
   * @param file JSON lines with {@code lang} and {@code text}
   */
  public static Prompts read(Path file) throws IOException {
    JsonMapper json = JsonMapper.builder().build();
    Map<String, List<String>> prompts = new HashMap<>();
    for (String line : Files.readAllLines(file)) {
      JsonNode prompt = json.readTree(line);
      String text = prompt.path("text").asString();
      if (text.length() <= MAX_CHARACTERS) {
        prompts.computeIfAbsent(prompt.path("lang").asString(), _ -> new ArrayList<>()).add(text);
      }
    }
    if (!prompts.keySet().containsAll(LANGUAGES)) {
      throw new IOException(file + ": prompts in " + prompts.keySet() + " (expected: " + LANGUAGES);
    }
    return new Prompts(prompts);
  }

  /** Every second time a prompt that nobody has asked before, as it begins with a number. */
  String next(RandomGenerator random) {
    List<String> texts = byLanguage.getOrDefault(pick(LANGUAGES, random), List.of());
    String text = pick(texts, random);
    return random.nextBoolean() ? text : random.nextInt(1_000_000_000) + ". " + text;
  }

  private static String pick(List<String> all, RandomGenerator random) {
    return all.get(random.nextInt(all.size()));
  }
}
