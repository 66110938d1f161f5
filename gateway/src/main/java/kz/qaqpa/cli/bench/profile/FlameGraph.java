package kz.qaqpa.cli.bench.profile;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/**
 * A flame graph (Brendan Gregg, "The Flame Graph", ACM Queue 2016) as SVG that needs no script: the
 * width of a frame is its share, callers lie below what they call, and a frame's title has its name
 * and share.
 */
final class FlameGraph {
  private static final int MOST_BYTES = 500_000;
  private static final double LEAST_SHARE = 0.001;
  private static final int WIDTH = 1200;
  private static final int ROW = 16;
  private static final int HEAD = 30;
  private static final double LETTER = 6.6;

  private final StringBuilder out = new StringBuilder();
  private final double scale;
  private final double least;
  private final double whole;
  private final int height;

  private FlameGraph(CallTree tree, double share) {
    this.whole = Math.max(tree.weight(), Double.MIN_NORMAL);
    this.scale = WIDTH / whole;
    this.least = share * whole;
    this.height = HEAD + ROW * (1 + tree.depth(least));
  }

  /**
   * Draws one.
   *
   * @param title in its first line
   */
  static String svg(CallTree tree, String title) {
    double share = LEAST_SHARE;
    String svg = new FlameGraph(tree, share).draw(tree, title, share);
    while (svg.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
      share *= 2;
      svg = new FlameGraph(tree, share).draw(tree, title, share);
    }
    return svg;
  }

  private String draw(CallTree tree, String title, double share) {
    out.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\""
                + " font-family=\"monospace\" font-size=\"11\">\n"
                + "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n"
                + "<text x=\"4\" y=\"18\" font-size=\"14\">%s; frames below %.2f %% are left out"
                + "</text>\n",
            WIDTH,
            height,
            escaped(title),
            100 * share));
    frame("all", tree, 0, 0);
    return out.append("</svg>\n").toString();
  }

  private void frame(String name, CallTree tree, int row, double left) {
    double x = left * scale;
    double width = tree.weight() * scale;
    int y = height - ROW * (row + 1);
    String text = escaped(name);
    out.append(
        String.format(
            Locale.ROOT,
            "<g><title>%s %.2f %%</title><rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"15\""
                + " fill=\"%s\"/>",
            text,
            100 * tree.weight() / whole,
            x,
            y,
            Math.max(0.1, width - 0.3),
            colour(name)));
    int letters = (int) ((width - 4) / LETTER);
    if (letters >= 4) {
      String shown = name.length() <= letters ? name : name.substring(0, letters - 1) + "…";
      out.append(
          String.format(
              Locale.ROOT, "<text x=\"%.1f\" y=\"%d\">%s</text>", x + 2, y + 12, escaped(shown)));
    }
    out.append("</g>\n");
    double at = left;
    for (Map.Entry<String, CallTree> call : tree.calls().entrySet()) {
      if (call.getValue().weight() >= least) {
        frame(call.getKey(), call.getValue(), row + 1, at);
      }
      at += call.getValue().weight();
    }
  }

  /** Warm, and the same for the same name. */
  private static String colour(String name) {
    int hash = (name.hashCode() * 0x9E3779B1) >>> 8;
    return String.format(
        Locale.ROOT,
        "#%02x%02x%02x",
        215 + hash % 41,
        120 + (hash >>> 7) % 100,
        70 + (hash >>> 14) % 50);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
