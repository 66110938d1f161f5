package kz.qaqpa.cli.bench.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import kz.qaqpa.testing.Seeds;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class FlameGraphTest {
  @Test
  void framesAreAsWideAsTheirShare() throws Exception {
    CallTree tree = new CallTree();
    tree.add(List.of("step-loop", "StepLoop.<init>", "Session.run"), 2998);
    tree.add(List.of("http", "Loop.run"), 1000);
    tree.add(List.of("http", "Loop.run", "Rare & <small>.call"), 2);
    String svg = FlameGraph.svg(tree, "a <title>");
    NodeList frames = parse(svg).getElementsByTagName("g");
    List<String> titles = new ArrayList<>();
    List<Double> widths = new ArrayList<>();
    for (int i = 0; i < frames.getLength(); i++) {
      Element frame = (Element) frames.item(i);
      titles.add(frame.getElementsByTagName("title").item(0).getTextContent());
      Element box = (Element) frame.getElementsByTagName("rect").item(0);
      widths.add(Double.parseDouble(box.getAttribute("width")));
    }
    assertThat(titles)
        .containsExactly(
            "all 100.00 %",
            "http 25.05 %",
            "Loop.run 25.05 %",
            "step-loop 74.95 %",
            "StepLoop.<init> 74.95 %",
            "Session.run 74.95 %");
    assertThat(widths.get(0)).isBetween(1199.0, 1200.0);
    assertThat(widths.get(1)).isBetween(299.0, 301.0);
    assertThat(svg).contains("a &lt;title&gt;; frames below 0.10 % are left out");
  }

  @Test
  void manyFrames_stayBelowHalfAMegabyte() throws Exception {
    Seeds.forRandom(
        1,
        random -> {
          CallTree tree = new CallTree();
          for (int i = 0; i < 900; i++) {
            List<String> stack = new ArrayList<>();
            for (int depth = 0; depth < 100; depth++) {
              stack.add("Some" + random.nextInt(3) + "Class.method" + depth);
            }
            tree.add(stack, 1);
          }
          String svg = FlameGraph.svg(tree, "many");
          assertThat(svg.getBytes(StandardCharsets.UTF_8).length).isBetween(1_000, 500_000);
          parse(svg);
        });
  }

  @Test
  void nothing_isDrawnToo() throws Exception {
    assertThat(parse(FlameGraph.svg(new CallTree(), "nothing")).getElementsByTagName("g"))
        .matches(frames -> frames.getLength() == 1);
  }

  private static Element parse(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)))
        .getDocumentElement();
  }
}
