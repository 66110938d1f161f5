package kz.qaqpa.batching.simulate;

import java.util.List;
import java.util.Locale;

/** Outcomes as text and as a picture. Functions only. */
final class Report {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 360;
  private static final int MARGIN = 60;
  private static final List<String> COLOURS = List.of("#0b7285", "#c92a2a", "#e67700", "#5f3dc4");

  private Report() {}

  /** A table, one line for each policy. */
  static String text(List<Outcome> outcomes) {
    StringBuilder text =
        new StringBuilder(
            String.format(
                "%-9s %10s %10s %10s %10s %8s %8s %8s %10s %10s %10s %8s%n",
                "policy",
                "gap max",
                "gap mean",
                "service/s",
                "output/s",
                "cached",
                "of host",
                "preempt",
                "TTFT p50",
                "TTFT p99",
                "p99 light",
                "speed"));
    for (Outcome o : outcomes) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-9s %10.1f %10.1f %10.0f %10.0f %7.1f%% %7.1f%% %8d %8.2f s %8.2f s %8.2f s %7.0fx%n",
              name(o),
              o.gap().most(),
              o.gap().mean(),
              o.serviceRate(),
              o.outputRate(),
              100 * o.cachedShare(),
              100 * o.hostShare(),
              o.preemptions(),
              o.ttft(0.5),
              o.ttft(0.99),
              o.lightTtft(0.99),
              o.speed()));
    }
    return text.toString();
  }

  private static String name(Outcome outcome) {
    return outcome.policy().name().toLowerCase(Locale.ROOT);
  }

  /** The gap of service over time, one line for each policy. */
  static String svg(String title, List<Outcome> outcomes) {
    double top = outcomes.stream().mapToDouble(o -> o.gap().most()).max().orElse(1);
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\""
                + " font-family=\"sans-serif\" font-size=\"13\">%n"
                + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
            WIDTH, HEIGHT));
    label(svg, MARGIN, 20, title.replace("&", "&amp;").replace("<", "&lt;"), "black");
    label(svg, 4, MARGIN, String.format(Locale.ROOT, "%.0f", top), "black");
    label(svg, 4, HEIGHT - 24, "0", "black");
    for (int i = 0; i < outcomes.size(); i++) {
      Outcome outcome = outcomes.get(i);
      String colour = COLOURS.get(i % COLOURS.size());
      label(svg, MARGIN + 100 * i, HEIGHT - 6, name(outcome), colour);
      svg.append("<polyline fill=\"none\" stroke=\"").append(colour).append("\" points=\"");
      double[] gaps = outcome.gap().seconds();
      for (int second = 0; second < gaps.length; second++) {
        double x = MARGIN + (WIDTH - MARGIN - 10.0) * second / gaps.length;
        double y = HEIGHT - 28 - (HEIGHT - 28.0 - MARGIN) * gaps[second] / Math.max(top, 1e-9);
        svg.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y));
      }
      svg.append("\"/>\n");
    }
    return svg.append("</svg>\n").toString();
  }

  private static void label(StringBuilder svg, int x, int y, String text, String colour) {
    svg.append(
        String.format("<text x=\"%d\" y=\"%d\" fill=\"%s\">%s</text>%n", x, y, colour, text));
  }
}
