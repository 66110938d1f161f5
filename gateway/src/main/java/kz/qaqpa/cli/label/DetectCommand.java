package kz.qaqpa.cli.label;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import kz.qaqpa.cli.client.Options;
import kz.qaqpa.label.key.LabelKeys;
import kz.qaqpa.tokenizer.BpeTokenizer;
import kz.qaqpa.tokenizer.file.TokenizerFileException;
import kz.qaqpa.watermark.Detection;
import kz.qaqpa.watermark.Detector;
import kz.qaqpa.watermark.WatermarkKeys;

/**
 * {@code ./qaqpa label detect --keys DIR [--tokenizer DIR] [--text FILE]}: whether a text has the
 * watermark of any of some keys, on the machine of whoever has them. Without {@code --text} it is
 * read from standard input.
 */
final class DetectCommand {
  static final String USAGE =
      """
      usage: ./qaqpa label detect --keys DIR [--tokenizer DIR] [--text FILE]
        --keys DIR       watermark keys: files of 16 hexadecimal digits, mode 0600; others are passed over
        --tokenizer DIR  folder of the model, with tokenizer.json; the shipped model's if absent
        --text FILE      the text to look at; standard input if absent
      Ends with 0 if it is probably ours, 1 if there is no evidence.\
      """;

  /** For one key; for several it is divided among them. */
  private static final double LEVEL = 1e-3;

  private static final int PROBABLY_OURS = 0;
  private static final int NO_EVIDENCE = 1;
  private static final int MISUSED = 2;
  private static final int LONGEST_KEY_FILE = 64;
  private static final Pattern KEY = Pattern.compile("[0-9a-fA-F]{16}");

  private final CommandFiles files;
  private final PrintStream out;
  private final PrintStream err;

  DetectCommand(InputStream in, PrintStream out, PrintStream err) {
    this.files = new CommandFiles(in);
    this.out = out;
    this.err = err;
  }

  int run(List<String> args) {
    try {
      Options options = Options.parse(args, Set.of("keys", "tokenizer", "text"), Set.of("help"));
      if (options.has("help")) {
        out.println(USAGE);
        return PROBABLY_OURS;
      }
      return detect(options);
    } catch (IllegalArgumentException | TokenizerFileException e) {
      err.println(e.getMessage());
      err.println(USAGE);
      return MISUSED;
    }
  }

  private int detect(Options options) {
    String folder = options.get("keys");
    if (folder == null) {
      throw new IllegalArgumentException("--keys: absent (expected: a folder with watermark keys)");
    }
    Map<Path, WatermarkKeys> keys = keys(Path.of(folder));
    Detector detector =
        new Detector(BpeTokenizer.load(tokenizer(options)), List.copyOf(keys.values()));
    String text = files.text("--text", options.get("text", CommandFiles.STANDARD_INPUT));
    List<Detection> found = detector.detect(text);
    double threshold = LEVEL / found.size();
    boolean ours = found.stream().anyMatch(one -> one.isBelow(threshold));
    out.println(
        ours
            ? "probably ours: that is about the text, not about who published it"
            : "no evidence: that does not mean that a person wrote it");
    int i = 0;
    for (Path file : keys.keySet()) {
      out.println(line(file, found.get(i), threshold));
      i++;
    }
    return ours ? PROBABLY_OURS : NO_EVIDENCE;
  }

  private static Path tokenizer(Options options) {
    String named = options.get("tokenizer");
    return named == null
        ? Path.of(System.getProperty("qaqpa.root", "."), "config", "models", "kaz-mini")
        : Path.of(named);
  }

  private static String line(Path file, Detection one, double threshold) {
    return "key "
        + one.keyId()
        + " ("
        + file.getFileName()
        + "): "
        + one.scored()
        + " tokens scored, p <= 1e"
        + one.powerOfTen()
        + (one.isBelow(threshold) ? ", probably ours" : ", no evidence");
  }

  private Map<Path, WatermarkKeys> keys(Path folder) {
    Map<Path, WatermarkKeys> keys = new LinkedHashMap<>();
    try (Stream<Path> all = Files.list(folder)) {
      for (Path file : all.filter(Files::isRegularFile).sorted().toList()) {
        if (isKey(file)) {
          keys.put(file, WatermarkKeys.of(LabelKeys.watermark("--keys", file)));
        } else {
          err.println("passed over: " + file.getFileName());
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      throw new IllegalArgumentException("--keys: " + folder + ": no such folder", e);
    } catch (IOException e) {
      throw new IllegalArgumentException("--keys: " + folder + ": cannot be read", e);
    }
    if (keys.isEmpty()) {
      throw new IllegalArgumentException(
          "--keys: " + folder + ": no key in it (expected: files of 16 hexadecimal digits)");
    }
    return keys;
  }

  private static boolean isKey(Path file) throws IOException {
    return Files.size(file) <= LONGEST_KEY_FILE
        && KEY.matcher(Files.readString(file, StandardCharsets.ISO_8859_1).strip()).matches();
  }
}
