package kz.qaqpa.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import kz.qaqpa.sdk.NodeClients;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The example of docs/labels.md for Node. */
@Tag("node")
class LabelPageNodeTest {
  @Test
  void node() throws IOException {
    Path folder = NodeClients.folder();
    LabelPage.prepare(folder);
    List<Example> examples = LabelPage.examples(Example.Kind.JS);
    assertThat(examples).hasSize(1);
    Example example = examples.getFirst();
    Path script = Files.writeString(folder.resolve("verify.mjs"), example.code());
    example.check(LabelPage.run(folder, example, "node", script.toString()));
  }
}
