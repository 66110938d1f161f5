package kz.qaqpa.load.chat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * What people ask, from a file of JSON lines; given out in turn. Longer texts than {@value
 * #LONGEST} characters are cut, so that question and answer fit a context of 2,048 tokens. Any
 * thread.
 */
public final class Prompts {
  /** Characters of a prompt at most. */
  public static final int LONGEST = 1_200;

  private final List<Prompt> prompts;
  private final AtomicInteger next = new AtomicInteger();

  private Prompts(List<Prompt> prompts) {
    this.prompts = prompts;
  }

  /**
   * One question.
   *
   * @param language kk, ru or en; mixed counts as kk
   */
  public record Prompt(String language, String text) {}

  /** All of a file. */
  public static Prompts read(Path file) {
    ObjectMapper json = new ObjectMapper();
    List<Prompt> prompts = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(file)) {
        JsonNode node = json.readTree(line);
        String language = node.path("lang").asText("kk");
        String text = node.required("text").asText();
        prompts.add(new Prompt(language.equals("mixed") ? "kk" : language, cut(text)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Prompts(prompts);
  }

  private static String cut(String text) {
    return text.length() <= LONGEST
        ? text
        : text.substring(0, text.offsetByCodePoints(0, text.codePointCount(0, LONGEST)));
  }

  /**
   * Those that fit, or all if none does.
   *
   * @param fits says which
   */
  public Prompts those(Predicate<Prompt> fits) {
    List<Prompt> some = prompts.stream().filter(fits).toList();
    return some.isEmpty() ? this : new Prompts(some);
  }

  /** The next one's text; after the last comes the first. */
  public String next() {
    return prompts.get(Math.floorMod(next.getAndIncrement(), prompts.size())).text();
  }
}
