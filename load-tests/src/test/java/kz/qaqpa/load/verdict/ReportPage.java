package kz.qaqpa.load.verdict;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import kz.qaqpa.load.answer.AnswerLog;
import kz.qaqpa.load.answer.Totals;
import org.HdrHistogram.Histogram;

/**
 * What Gatling's report cannot say, beside it: {@code answers.html} for people and {@code
 * answers.json} for programs. Gatling knows requests and checks; the time between two tokens, the
 * tokens and the labels are ours.
 */
public final class ReportPage {
  private static final double[] PERCENTILES = {50, 75, 90, 95, 99, 99.9, 100};
  private static final int WIDTH = 640;
  private static final int HEIGHT = 220;

  private ReportPage() {}

  /** Writes both; returns the page. */
  public static Path write(Path folder, List<String> lines, AnswerLog log, Verdict verdict)
      throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("answers.json"), json(log, verdict));
    Path page = folder.resolve("answers.html");
    Files.writeString(page, html(lines, log, verdict));
    return page;
  }

  private static String json(AnswerLog log, Verdict verdict) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = mapper.createObjectNode().put("passed", verdict.passed());
    ArrayNode checks = root.putArray("checks");
    for (Check check : verdict.checks()) {
      checks
          .addObject()
          .put("name", check.name())
          .put("holds", verdict.look(check).holds())
          .put("found", verdict.look(check).found());
    }
    put(root.putObject("all"), log.totals());
    ObjectNode groups = root.putObject("groups");
    log.names().forEach(name -> put(groups.putObject(name), log.totals(name)));
    return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
  }

  private static void put(ObjectNode node, Totals totals) {
    node.put("begun", totals.begun())
        .put("complete", totals.complete())
        .put("refused", totals.refused())
        .put("good", totals.good())
        .put("labelled", totals.labelled())
        .put("closed_after_end", totals.closedAfterEnd())
        .put("prompt_tokens", totals.promptTokens())
        .put("output_tokens", totals.outputTokens());
    put(node.putObject("first_token_ms"), totals.ttft());
    put(node.putObject("between_tokens_ms"), totals.gaps());
    put(node.putObject("whole_answer_ms"), totals.whole());
  }

  private static void put(ObjectNode node, Histogram histogram) {
    node.put("count", histogram.getTotalCount());
    for (double percentile : PERCENTILES) {
      node.put("p" + Check.number(percentile), Totals.millis(histogram, percentile));
    }
  }

  private static String html(List<String> lines, AnswerLog log, Verdict verdict) {
    StringBuilder html = new StringBuilder();
    html.append(
        """
        <!doctype html><html lang="en"><meta charset="utf-8"><title>Answers</title>
        <style>body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem}
        table{border-collapse:collapse;margin:1rem 0}td,th{border:1px solid #bbb;padding:.25rem .6rem;
        text-align:right}td:first-child,th:first-child{text-align:left}.no{background:#fdd}
        pre{background:#f4f4f4;padding:1rem;overflow:auto}</style>
        """);
    html.append("<h1>").append(escape(lines.getFirst())).append("</h1><pre>");
    lines.forEach(line -> html.append(escape(line)).append('\n'));
    html.append("</pre><p><a href=\"index.html\">Gatling's report</a>, ");
    html.append("<a href=\"answers.json\">these figures for programs</a></p>");
    html.append("<h2>Checks</h2><table><tr><th>expected<th>found<th>holds");
    for (Check check : verdict.checks()) {
      Check.Finding finding = verdict.look(check);
      html.append(finding.holds() ? "<tr><td>" : "<tr class=\"no\"><td>")
          .append(escape(check.name()))
          .append("<td>")
          .append(escape(finding.found()))
          .append(finding.holds() ? "<td>yes" : "<td>no");
    }
    html.append("</table>");
    chart(html, "To the first token", log, Totals::ttft);
    chart(html, "Between two tokens", log, Totals::gaps);
    chart(html, "Whole answers", log, Totals::whole);
    return html.append("</html>\n").toString();
  }

  private static void chart(
      StringBuilder html,
      String title,
      AnswerLog log,
      java.util.function.Function<Totals, Histogram> of) {
    html.append("<h2>").append(title).append(", ms</h2><table><tr><th>group<th>count");
    for (double percentile : PERCENTILES) {
      html.append("<th>p").append(Check.number(percentile));
    }
    row(html, "all", of.apply(log.totals()));
    log.names().forEach(name -> row(html, name, of.apply(log.totals(name))));
    html.append("</table>");
    curve(html, of.apply(log.totals()));
  }

  private static void row(StringBuilder html, String name, Histogram histogram) {
    html.append("<tr><td>").append(escape(name)).append("<td>").append(histogram.getTotalCount());
    for (double percentile : PERCENTILES) {
      html.append(Summary.text("<td>%.1f", Totals.millis(histogram, percentile)));
    }
  }

  /** The percentiles from 0 to 99.9; what is above would flatten the rest. */
  private static void curve(StringBuilder html, Histogram histogram) {
    double top = Math.max(0.001, Totals.millis(histogram, 99.9));
    html.append(
        Summary.text(
            "<svg width=\"%d\" height=\"%d\" role=\"img\"><polyline fill=\"none\" stroke=\"#06c\""
                + " points=\"",
            WIDTH, HEIGHT));
    for (int i = 0; i <= 200; i++) {
      double percentile = Math.min(99.9, i / 2.0);
      double y = HEIGHT - (HEIGHT - 20) * Totals.millis(histogram, percentile) / top;
      html.append(Summary.text("%.1f,%.1f ", WIDTH * percentile / 100, y));
    }
    html.append(
        Summary.text(
            "\"/><text x=\"4\" y=\"14\">%.1f ms at p99.9; from p0 at the left</text></svg>", top));
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
