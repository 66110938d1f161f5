package kz.qaqpa.cli.label;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import kz.qaqpa.label.ContentLabel;
import kz.qaqpa.label.LabelSamples;
import kz.qaqpa.label.key.KeyRing;
import kz.qaqpa.label.key.SampleKeys;
import kz.qaqpa.label.key.SigningKey;
import kz.qaqpa.label.sign.SignedLabel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelCommandTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final SigningKey key = SampleKeys.ed25519();
  private final ContentLabel label =
      LabelSamples.label("Астана.\n\n" + LabelSamples.label().notice().text().kk());
  private final SignedLabel signed = LabelSamples.sign(key, label);

  @TempDir private Path folder;
  private String jwks = "";
  private String labelFile = "";

  @BeforeEach
  void files() throws IOException {
    jwks = file("jwks.json", new KeyRing(List.of(key), List.of()).jwks());
    labelFile = file("label.json", signed.json());
  }

  @Test
  void aTextAsDelivered() throws IOException {
    String text = file("text", "Астана.\n\n" + label.notice().text().kk());
    assertThat(run("", "verify", "--jwks", jwks, "--label", labelFile, "--text", text)).isZero();
    assertThat(said())
        .isEqualTo(
            """
            valid
            text of choice 0: as delivered
            made by AI: model kaz-mini, 2026-12-01T09:00:00Z
            owner: Қаржы министрлігі / Министерство финансов / Ministry of Finance
            holder: Қаржы министрлігі / Министерство финансов / Ministry of Finance
            application: minfin/tax-chat
            risk medium, autonomy low, mode open, ground 21(1), 21(2)
            label: %s
            """
                .formatted(label.id()));
  }

  @Test
  void whatWasOverlooked() throws IOException {
    String text = file("text", "Астана.\r\n");
    assertThat(run("", "verify", "--jwks", jwks, "--label", labelFile, "--text", text)).isZero();
    assertThat(said())
        .startsWith(
            "valid\ntext of choice 0: as delivered, overlooking its line ends, white space around"
                + " it, that the notice was cut off\n");
  }

  @Test
  void anAlteredText() throws IOException {
    String text = file("text", "Алматы.");
    assertThat(run("", "verify", "--jwks", jwks, "--label", labelFile, "--text", text))
        .isEqualTo(1);
    assertThat(said()).startsWith("altered\ntext of choice 0: not as delivered\nmade by AI: ");
    String lookalike = file("text", "Aстана.");
    assertThat(run("", "verify", "--jwks", jwks, "--label", labelFile, "--text", lookalike))
        .isEqualTo(1);
    assertThat(said())
        .startsWith(
            """
            altered
            text of choice 0: not as delivered, but for letters that look alike
              another script in a word: U+0041 LATIN CAPITAL LETTER A at 0
            """);
  }

  @Test
  void eachFileMayBeStandardInput() throws IOException {
    String text = file("text", "Астана.");
    String json = new String(signed.json(), StandardCharsets.UTF_8);
    assertThat(run(json, "verify", "--jwks", jwks)).isZero();
    assertThat(said()).startsWith("valid\ntext: none given, so only the label was verified\n");
    assertThat(run(signed.jws(), "verify", "--jwks", jwks, "--text", text)).isZero();
    assertThat(run("Астана.", "verify", "--jwks", jwks, "--label", labelFile, "--text", "-"))
        .isZero();
    String keys = Files.readString(Path.of(jwks));
    assertThat(run(keys, "verify", "--jwks", "-", "--label", labelFile)).isZero();
  }

  @Test
  void editedMembersAndKeysForDevelopmentAreSaid() throws IOException {
    ContentLabel own =
        new ContentLabel(
            label.id(),
            label.provenance(),
            label.model(),
            label.producedAt(),
            label.language(),
            label.content(),
            null,
            label.notice(),
            null,
            true);
    String json = new String(LabelSamples.sign(key, own).json(), StandardCharsets.UTF_8);
    assertThat(run(json.replaceFirst("minfin", "kgd"), "verify", "--jwks", jwks)).isZero();
    assertThat(said())
        .contains("members changed beside the signature, without effect: agency\n")
        .contains("application: minfin/tax-chat\n")
        .endsWith("signed with a key for development: proves nothing to others\n");
  }

  @Test
  void unknownKeys_andWhatIsNoLabel() throws IOException {
    String others =
        file("others.json", new KeyRing(List.of(SampleKeys.ed25519()), List.of()).jwks());
    assertThat(run("", "verify", "--jwks", others, "--label", labelFile)).isEqualTo(1);
    assertThat(said()).startsWith("unknown_key: the signature names a key");
    assertThat(run("{}", "verify", "--jwks", jwks)).isEqualTo(1);
    assertThat(said()).startsWith("not_a_label: no member jws");
  }

  @Test
  void misuse() throws IOException {
    misused("label: nothing to do (expected: verify or detect)");
    misused("label: sign: unknown (expected: verify or detect)", "sign");
    misused("--jwks: absent", "verify");
    misused("--jwks: /nowhere: no such file", "verify", "--jwks", "/nowhere");
    misused("--jwks: " + folder + ": cannot be read", "verify", "--jwks", folder.toString());
    misused("jwks: malformed", "verify", "--jwks", labelFile);
    misused("-: twice", "verify", "--jwks", "-");
    misused("--what: unknown", "verify", "--what");
    String binary = file("binary", new byte[] {(byte) 0xD2});
    misused("--text: not UTF-8", "verify", "--jwks", jwks, "--label", labelFile, "--text", binary);
    assertThat(run("", "verify", "--help")).isZero();
    assertThat(said()).startsWith("usage: ./qaqpa label verify");
  }

  private void misused(String message, String... args) {
    err.reset();
    assertThat(run("", args)).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).startsWith(message).contains("usage:");
  }

  private String file(String name, String text) throws IOException {
    return file(name, text.getBytes(StandardCharsets.UTF_8));
  }

  private String file(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes).toString();
  }

  private int run(String in, String... args) {
    return LabelCommand.run(
        List.of(args),
        new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  private String said() {
    String text = out.toString(StandardCharsets.UTF_8);
    out.reset();
    return text;
  }
}
