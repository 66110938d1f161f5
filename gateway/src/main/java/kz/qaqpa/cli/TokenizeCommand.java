package kz.qaqpa.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import kz.qaqpa.tokenizer.BpeTokenizer;
import kz.qaqpa.tokenizer.Tokenizer;
import kz.qaqpa.tokenizer.Tokenizer.SpecialTokens;
import kz.qaqpa.tokenizer.file.TokenizerFileException;
import org.jspecify.annotations.Nullable;

/**
 * {@code ./qaqpa tokenize [--tokenizer DIR] [--decode]}: a line of text in, its ids out; with
 * {@code --decode} ids in, their text out. So anyone can compare ids on their own model.
 */
public final class TokenizeCommand {
  private static final String USAGE = "usage: ./qaqpa tokenize [--tokenizer DIR] [--decode]";
  private static final Pattern SPACES = Pattern.compile(" +");

  private final PrintStream out;
  private final PrintStream err;

  private TokenizeCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  /**
   * Runs the command on standard input and output.
   *
   * @return the exit status: 0, or 2 if an argument, a file or a line of input is at fault
   */
  public static int run(List<String> args) throws IOException {
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    int status = run(args, System.in, out, err);
    out.flush();
    return status;
  }

  static int run(List<String> args, InputStream in, PrintStream out, PrintStream err)
      throws IOException {
    Path folder = Path.of(System.getProperty("qaqpa.root", "."), "config", "models", "kaz-mini");
    boolean decode = false;
    for (int i = 0; i < args.size(); i++) {
      switch (args.get(i)) {
        case "--decode" -> decode = true;
        case "--tokenizer" -> {
          if (++i == args.size()) {
            err.println("--tokenizer: missing (expected: a folder with tokenizer.json)");
            return 2;
          }
          folder = Path.of(args.get(i));
        }
        default -> {
          err.println(args.get(i) + ": unknown argument; " + USAGE);
          return 2;
        }
      }
    }
    try {
      Tokenizer tokenizer = BpeTokenizer.load(folder);
      return new TokenizeCommand(out, err).lines(tokenizer, new BufferedInputStream(in), decode);
    } catch (TokenizerFileException e) {
      err.println(e.getMessage());
      return 2;
    }
  }

  private int lines(Tokenizer tokenizer, InputStream in, boolean decode) throws IOException {
    byte[] line = readLine(in);
    for (int number = 1; line != null; number++) {
      try {
        String text = utf8(line);
        out.println(decode ? decoded(tokenizer, text) : encoded(tokenizer, text));
      } catch (IllegalArgumentException e) {
        out.flush();
        err.println("line " + number + ": " + e.getMessage());
        return 2;
      }
      line = readLine(in);
    }
    return 0;
  }

  private static String encoded(Tokenizer tokenizer, String text) {
    return Arrays.stream(tokenizer.encode(text, SpecialTokens.RECOGNISE))
        .mapToObj(Integer::toString)
        .collect(Collectors.joining(" "));
  }

  private static String decoded(Tokenizer tokenizer, String text) {
    int[] ids =
        SPACES
            .splitAsStream(text.strip())
            .filter(id -> !id.isEmpty())
            .mapToInt(TokenizeCommand::id)
            .toArray();
    return tokenizer.decode(ids, false);
  }

  private static int id(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      String shown = text.length() > 64 ? text.substring(0, 64) + "…" : text;
      throw new IllegalArgumentException("token id: " + shown + " (expected: an integer)", e);
    }
  }

  private static String utf8(byte[] line) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line)).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("malformed UTF-8: " + e.getMessage(), e);
    }
  }

  /** A line without its end, or null at the end of input; a carriage return is text. */
  private static byte @Nullable [] readLine(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int b = in.read();
    if (b < 0) {
      return null;
    }
    for (; b >= 0 && b != '\n'; b = in.read()) {
      line.write(b);
    }
    return line.toByteArray();
  }
}
