package kz.qaqpa.docs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import kz.qaqpa.label.ContentLabel;
import kz.qaqpa.label.LabelSamples;
import kz.qaqpa.label.key.KeyRing;
import kz.qaqpa.label.key.SampleKeys;
import kz.qaqpa.label.key.SigningKey;
import kz.qaqpa.sdk.NodeClients;

/** The examples of docs/labels.md, in a folder with the files that they read. */
final class LabelPage {
  static final String PAGE = "docs/labels.md";
  private static final int SECONDS = 120;

  private LabelPage() {}

  static List<Example> examples(Example.Kind kind) {
    return Example.of(PAGE).stream().filter(example -> example.kind() == kind).toList();
  }

  /** Writes a label, its text and its keys. */
  static void prepare(Path folder) throws IOException {
    Files.createDirectories(folder);
    SigningKey key = SampleKeys.ed25519();
    String text = LabelSamples.TEXT + "\n\n" + LabelSamples.label().notice().text().kk();
    ContentLabel label = LabelSamples.label(text);
    Files.write(folder.resolve("jwks.json"), new KeyRing(List.of(key), List.of()).jwks());
    Files.write(folder.resolve("label.json"), LabelSamples.sign(key, label).json());
    Files.writeString(folder.resolve("answer.txt"), text, StandardCharsets.UTF_8);
  }

  /** What a command prints that runs there. */
  static String run(Path folder, Example example, String... command) throws IOException {
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    return NodeClients.finish(example.place(), process, SECONDS);
  }
}
