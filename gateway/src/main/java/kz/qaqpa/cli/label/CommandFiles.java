package kz.qaqpa.cli.label;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Files that options name, {@code -} being standard input. All complaints are {@link
 * IllegalArgumentException}s that name the option.
 */
final class CommandFiles {
  static final String STANDARD_INPUT = "-";
  private static final int LARGEST = 16 << 20;

  private final InputStream in;

  CommandFiles(InputStream in) {
    this.in = in;
  }

  /** What is in a file. */
  byte[] read(String option, String name) {
    try {
      byte[] bytes;
      if (name.equals(STANDARD_INPUT)) {
        bytes = in.readNBytes(LARGEST + 1);
      } else {
        try (InputStream file = Files.newInputStream(Path.of(name))) {
          bytes = file.readNBytes(LARGEST + 1);
        }
      }
      if (bytes.length > LARGEST) {
        throw new IllegalArgumentException(
            option + ": too large (expected: at most " + LARGEST + " bytes)");
      }
      return bytes;
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException(option + ": " + name + ": no such file", e);
    } catch (IOException e) {
      throw new IllegalArgumentException(option + ": " + name + ": cannot be read", e);
    }
  }

  /** The same as text, without a byte order mark. */
  String text(String option, String name) {
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(read(option, name)))
              .toString();
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(option + ": not UTF-8 (expected: text in UTF-8)", e);
    }
  }
}
