package kz.qaqpa.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import kz.qaqpa.label.LabelSettings;
import kz.qaqpa.label.key.LabelKeys;
import kz.qaqpa.label.key.SampleKeys;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lines of docs/labels.md with OpenSSL: how labels are verified, and how keys are made. */
@Tag("openssl")
class LabelPageShellTest {
  @TempDir private Path folder;

  @Test
  void verify() throws IOException {
    LabelPage.prepare(folder);
    List<Example> examples = LabelPage.examples(Example.Kind.SH);
    assertThat(examples).hasSize(1);
    Example example = examples.getFirst();
    example.check(LabelPage.run(folder, example, "sh", "-e", "-c", example.code()));
  }

  @Test
  void makeKeys() throws IOException {
    String page =
        Files.readString(Path.of(System.getProperty("qaqpa.root", "..")).resolve(LabelPage.PAGE));
    String lines = page.substring(page.indexOf("umask 077"));
    Example example =
        new Example(LabelPage.PAGE, Example.Kind.SH, lines.substring(0, lines.indexOf("```")), "");
    LabelPage.run(folder, example, "sh", "-e", "-c", example.code());
    LabelSettings settings =
        SampleKeys.settings(
            List.of(
                new LabelSettings.Key(
                    folder.resolve("labels-2027.pem").toString(), null, null, null)),
            folder.resolve("watermark.key").toString(),
            folder.resolve("salt.key").toString());
    LabelKeys keys =
        LabelKeys.load(settings, folder.resolve("state"), "0.0.0.0", false, Instant.now());
    assertThat(keys.development()).isFalse();
  }
}
