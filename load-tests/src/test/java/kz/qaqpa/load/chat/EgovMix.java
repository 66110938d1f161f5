package kz.qaqpa.load.chat;

import java.util.Iterator;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * What is asked of a public assistant in a day: kk 55 %, ru 40 %, en 5 %; questions about services
 * 40 %, about the state of a request 15 %, a draft of an answer to an appeal 15 %, a summary of one
 * 15 %, a translation 10 %, a reference to the law 5 %. No figures of a real assistant are
 * published; this mix is assumed.
 */
public final class EgovMix implements Iterator<Map<String, Object>> {
  private static final int SHORT = 250;

  /**
   * A kind of question.
   *
   * @param share of all, in percent
   * @param longText whether there is a document to read
   * @param maxTokens of the answer
   */
  enum Task {
    SERVICE(40, false, 160),
    STATUS(15, false, 80),
    DRAFT(15, true, 450),
    SUMMARY(15, true, 120),
    TRANSLATION(10, true, 200),
    LAW(5, false, 200);

    final int share;
    final boolean longText;
    final int maxTokens;

    Task(int share, boolean longText, int maxTokens) {
      this.share = share;
      this.longText = longText;
      this.maxTokens = maxTokens;
    }
  }

  private final RandomGenerator random;
  private final Bodies bodies;
  private final int mostTokens;
  private final Map<String, Prompts> shortOnes;
  private final Map<String, Prompts> longOnes;

  /**
   * An endless mix.
   *
   * @param mostTokens bounds every answer
   * @param seed decides the order
   */
  public EgovMix(Prompts prompts, Bodies bodies, int mostTokens, long seed) {
    this.random = new SplittableRandom(seed);
    this.bodies = bodies;
    this.mostTokens = mostTokens;
    this.shortOnes = byLanguage(prompts, false);
    this.longOnes = byLanguage(prompts, true);
  }

  private static Map<String, Prompts> byLanguage(Prompts prompts, boolean longText) {
    return Map.of(
        "kk", some(prompts, "kk", longText),
        "ru", some(prompts, "ru", longText),
        "en", some(prompts, "en", longText));
  }

  private static Prompts some(Prompts prompts, String language, boolean longText) {
    Prompts spoken = prompts.those(prompt -> prompt.language().equals(language));
    return spoken.those(prompt -> prompt.text().length() >= SHORT == longText);
  }

  @Override
  public boolean hasNext() {
    return true;
  }

  /** {@code group}, the task and its language, and {@code body}. */
  @Override
  public synchronized Map<String, Object> next() {
    Task task = task(random.nextInt(100));
    String language = language(random.nextInt(100));
    String text = (task.longText ? longOnes : shortOnes).get(language).next();
    String body = bodies.stream(text, Math.min(mostTokens, task.maxTokens));
    return Map.of("group", task.name().toLowerCase(java.util.Locale.ROOT), "body", body);
  }

  static Task task(int percent) {
    int left = percent;
    for (Task task : Task.values()) {
      if (left < task.share) {
        return task;
      }
      left -= task.share;
    }
    throw new IllegalArgumentException("percent: " + percent + " (expected: 0 to 99)");
  }

  static String language(int percent) {
    return percent < 55 ? "kk" : percent < 95 ? "ru" : "en";
  }
}
