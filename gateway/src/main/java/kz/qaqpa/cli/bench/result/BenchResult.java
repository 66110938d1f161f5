package kz.qaqpa.cli.bench.result;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What one run of one benchmark measured.
 *
 * @param bench its name, such as {@code edge}
 * @param machine that it ran on
 * @param measured when it began
 * @param settings what it was told to do, by the names of its options
 * @param figures in the order of its table; no name twice
 */
public record BenchResult(
    String bench,
    Machine machine,
    Instant measured,
    Map<String, String> settings,
    List<Figure> figures) {

  public BenchResult {
    settings = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    figures = List.copyOf(figures);
    Set<String> names = new LinkedHashSet<>();
    for (Figure figure : figures) {
      if (!names.add(figure.name())) {
        throw new IllegalArgumentException("figures: " + figure.name() + " twice (expected: once)");
      }
    }
  }

  /** The figure of a name. */
  public Optional<Figure> figure(String name) {
    return figures.stream().filter(figure -> figure.name().equals(name)).findFirst();
  }

  /** Writes it as JSON, in one go, into a folder that is there. */
  public void write(Path file) throws IOException {
    Path next = file.resolveSibling(file.getFileName() + ".next");
    Files.writeString(next, ResultJson.text(this));
    Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IOException if that is not so; the message names file, field and what was expected
   */
  public static BenchResult read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + ": no such file (expected: the JSON of an earlier bench)");
    }
    try {
      return ResultJson.parse(Files.readString(file));
    } catch (IllegalArgumentException | java.nio.charset.CharacterCodingException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }
}
