package kz.qaqpa.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A fenced block of a page of the manual that can be run, with the block after it that says what
 * comes out: {@code …} there stands for anything.
 *
 * @param place file and line
 * @param kind who runs it
 * @param code the block
 * @param expected the {@code text} block after it
 */
record Example(String place, Kind kind, String code, String expected) {
  private static final Path ROOT = Path.of(System.getProperty("qaqpa.root", ".."));
  private static final Pattern FENCE = Pattern.compile("```(.*)");

  /** Who runs an example; the names are the info strings of the blocks. */
  enum Kind {
    SH,
    JAVA,
    JS,
    JS_BROWSER,
    HTML;

    static @Nullable Kind of(String info) {
      for (Kind kind : values()) {
        if (kind.name().toLowerCase(Locale.ROOT).replace('_', ' ').equals(info)) {
          return kind;
        }
      }
      return null;
    }
  }

  private record Block(int line, String info, String text) {}

  /** The examples of a page, in order; one without its outcome is an error. */
  static List<Example> of(String page) {
    List<Block> blocks = blocks(page);
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < blocks.size(); i++) {
      Block block = blocks.get(i);
      Kind kind = Kind.of(block.info());
      String place = page + ":" + block.line();
      if (kind == null) {
        continue;
      }
      if (i + 1 == blocks.size() || !blocks.get(i + 1).info().equals("text")) {
        throw new AssertionError(place + ": no block ```text after it that says what comes out");
      }
      examples.add(new Example(place, kind, block.text(), blocks.get(i + 1).text()));
    }
    return examples;
  }

  /** Info strings of a page's blocks that nothing runs and that are no outcome. */
  static List<String> unknown(String page) {
    return blocks(page).stream()
        .filter(block -> Kind.of(block.info()) == null && !block.info().equals("text"))
        .map(block -> page + ":" + block.line() + " ```" + block.info())
        .toList();
  }

  private static List<Block> blocks(String page) {
    List<Block> blocks = new ArrayList<>();
    String info = null;
    int begin = 0;
    StringBuilder text = new StringBuilder();
    List<String> lines;
    try {
      lines = Files.readAllLines(ROOT.resolve(page));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (int i = 0; i < lines.size(); i++) {
      Matcher fence = FENCE.matcher(lines.get(i));
      if (!fence.matches()) {
        text.append(lines.get(i)).append('\n');
      } else if (info == null) {
        info = fence.group(1).strip();
        begin = i + 1;
        text.setLength(0);
      } else {
        blocks.add(new Block(begin, info, text.toString()));
        info = null;
      }
    }
    return blocks;
  }

  /** Fails unless an outcome is as the page says. */
  void check(String outcome) {
    String said = outcome.replace("\r", "").strip();
    StringBuilder pattern = new StringBuilder();
    for (String literal : expected.strip().split("…", -1)) {
      pattern.append(pattern.isEmpty() ? "" : "[\\s\\S]*?").append(Pattern.quote(literal));
    }
    if (!Pattern.matches(pattern.toString(), said)) {
      throw new AssertionError(place + " says\n" + expected + "\nand what came is\n" + said);
    }
  }

  @Override
  public String toString() {
    return place;
  }
}
