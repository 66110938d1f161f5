package kz.qaqpa.config;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is wrong in one file, collected. Confined to the thread that reads it. */
public final class Problems {
  /** Nobody reads more at once. */
  static final int MOST = 20;

  private static final Pattern STEP = Pattern.compile("\\[(\\d+)]|([^.\\[\\]]+)");

  private final Document document;
  private final List<String> found = new ArrayList<>();
  private int count;

  Problems(Document document) {
    this.document = document;
  }

  /**
   * Notes a problem.
   *
   * @param path where, such as {@code agencies[2].applications[0].id}
   * @param what the rest of the message, such as {@code "a" twice (expected: once)}; no secrets
   */
  public void add(String path, String what) {
    KeyPath steps = KeyPath.ROOT;
    Matcher step = STEP.matcher(path);
    while (step.find()) {
      steps =
          step.group(1) == null
              ? steps.key(step.group(2))
              : steps.index(Integer.parseInt(step.group(1)));
    }
    add(steps, what);
  }

  void add(KeyPath path, String what) {
    count++;
    if (found.size() < MOST) {
      String name = path.toString();
      found.add(document.origin(path) + ": " + (name.isEmpty() ? "" : name + ": ") + what);
    }
  }

  boolean isEmpty() {
    return found.isEmpty();
  }

  ConfigException exception() {
    List<String> all = new ArrayList<>(found);
    if (count > found.size()) {
      all.add("and " + (count - found.size()) + " more");
    }
    return new ConfigException(all);
  }
}
