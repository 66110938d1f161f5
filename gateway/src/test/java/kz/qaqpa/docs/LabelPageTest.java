package kz.qaqpa.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of docs/labels.md that a JDK suffices for. */
class LabelPageTest {
  @TempDir private Path folder;

  @Test
  void java() throws IOException {
    LabelPage.prepare(folder);
    List<Example> examples = LabelPage.examples(Example.Kind.JAVA);
    assertThat(examples).hasSize(1);
    Example example = examples.getFirst();
    Files.writeString(folder.resolve("Verify.java"), example.code());
    example.check(
        LabelPage.run(
            folder,
            example,
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-Dstdout.encoding=UTF-8",
            "-cp",
            System.getProperty("java.class.path"),
            "Verify.java"));
  }
}
