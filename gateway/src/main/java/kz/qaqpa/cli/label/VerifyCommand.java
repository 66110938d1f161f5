package kz.qaqpa.cli.label;

import java.io.InputStream;
import java.io.PrintStream;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import kz.qaqpa.cli.client.Options;
import kz.qaqpa.label.key.VerificationKeys;
import kz.qaqpa.label.schema.LabelSchemas;
import kz.qaqpa.label.verify.GivenText;
import kz.qaqpa.label.verify.LabelVerifier;
import kz.qaqpa.label.verify.Verification;
import org.jspecify.annotations.Nullable;

/**
 * {@code ./qaqpa label verify --jwks FILE [--label FILE] [--text FILE]}: whether a label is genuine
 * and a text its own, with nothing but files. What is not named is read from standard input.
 */
final class VerifyCommand {
  static final String USAGE =
      """
      usage: ./qaqpa label verify --jwks FILE [--label FILE] [--text FILE]
        --jwks FILE   public keys, as /.well-known/jwks.json gives them
        --label FILE  content_label of an answer, or its jws alone; standard input if absent
        --text FILE   the text of the answer; without it the label alone is verified
      One of the files may be -, which is standard input. Ends with 0 if valid, 1 if not.\
      """;

  private static final int VALID = 0;
  private static final int NOT_VALID = 1;
  private static final int MISUSED = 2;

  private final CommandFiles files;
  private final PrintStream out;
  private final PrintStream err;

  VerifyCommand(InputStream in, PrintStream out, PrintStream err) {
    this.files = new CommandFiles(in);
    this.out = out;
    this.err = err;
  }

  int run(List<String> args) {
    try {
      Options options = Options.parse(args, Set.of("jwks", "label", "text"), Set.of("help"));
      if (options.has("help")) {
        out.println(USAGE);
        return VALID;
      }
      Verification verification = verify(options);
      new VerificationText(out).print(verification);
      return verification.isValid() ? VALID : NOT_VALID;
    } catch (IllegalArgumentException e) {
      err.println(e.getMessage());
      err.println(USAGE);
      return MISUSED;
    }
  }

  private Verification verify(Options options) {
    String jwks = options.get("jwks");
    if (jwks == null) {
      throw new IllegalArgumentException("--jwks: absent (expected: a file with public keys)");
    }
    String label = options.get("label", CommandFiles.STANDARD_INPUT);
    String text = options.get("text");
    List<String> sources = text == null ? List.of(jwks, label) : List.of(jwks, label, text);
    if (sources.stream().filter(CommandFiles.STANDARD_INPUT::equals).count() > 1) {
      throw new IllegalArgumentException(
          "-: twice (expected: one file from standard input; --label is it unless named)");
    }
    VerificationKeys keys = VerificationKeys.ofJwks(files.read("--jwks", jwks));
    String labelText = files.text("--label", label);
    return new LabelVerifier(keys, LabelSchemas.installed())
        .verify(labelText, given(text), Instant.now());
  }

  private List<GivenText> given(@Nullable String text) {
    return text == null ? List.of() : List.of(new GivenText(null, files.text("--text", text)));
  }
}
