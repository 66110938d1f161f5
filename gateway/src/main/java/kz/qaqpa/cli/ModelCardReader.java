package kz.qaqpa.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import kz.qaqpa.config.ConfigException;
import kz.qaqpa.config.YamlText;
import kz.qaqpa.http.api.ModelCard;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads a model's card: {@code card.yaml} in its folder, else the front matter of its {@code
 * README.md}, with the keys that Hugging Face has ({@code language}, {@code license}, {@code
 * license_name}, {@code base_model}) and two of ours ({@code owner}, {@code provenance}). A card is
 * for people: one that is missing or wrong is no reason not to serve.
 */
final class ModelCardReader {
  private static final String CARD = "card.yaml";
  private static final String README = "README.md";
  private static final String FENCE = "---";
  private static final int MOST_BYTES = 1 << 20;
  private static final int MOST_ENTRIES = 64;
  private static final int LONGEST = 512;

  private final String name;
  private final ObjectNode card;
  private final Consumer<String> warnings;

  private ModelCardReader(String name, ObjectNode card, Consumer<String> warnings) {
    this.name = name;
    this.card = card;
    this.warnings = warnings;
  }

  /**
   * Reads the card of a folder.
   *
   * @param warnings hears a line for each thing that cannot be used
   */
  static ModelCard read(Path folder, Consumer<String> warnings) {
    Path own = folder.resolve(CARD);
    boolean hasOwn = Files.isRegularFile(own);
    Path file = hasOwn ? own : folder.resolve(README);
    if (!Files.isRegularFile(file)) {
      return ModelCard.blank();
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      byte[] yaml = hasOwn ? bytes : frontMatter(bytes);
      return yaml == null
          ? ModelCard.blank()
          : new ModelCardReader(file.toString(), YamlText.read(file.toString(), yaml), warnings)
              .card();
    } catch (IOException | ConfigException e) {
      warnings.accept("the model's card is left out: " + e.getMessage());
      return ModelCard.blank();
    }
  }

  /** What stands between the first line and the next fence, or null without any. */
  private static byte @Nullable [] frontMatter(byte[] readme) throws IOException {
    String text = new String(readme, StandardCharsets.UTF_8);
    List<String> lines = text.lines().toList();
    if (lines.isEmpty() || !lines.getFirst().strip().equals(FENCE)) {
      return null;
    }
    int end = lines.subList(1, lines.size()).indexOf(FENCE);
    if (end < 0) {
      throw new IOException(README + ": front matter without an end (expected: a line ---)");
    }
    // The fence stays as an empty line, so that messages count lines as editors do.
    return ("\n" + String.join("\n", lines.subList(1, 1 + end))).getBytes(StandardCharsets.UTF_8);
  }

  private ModelCard card() {
    String license = text("license");
    String named = text("license_name");
    return new ModelCard(
        list("language"),
        named != null && (license == null || license.equals("other")) ? named : license,
        text("owner"),
        text("provenance"),
        list("base_model"));
  }

  private @Nullable String text(String key) {
    JsonNode node = card.get(key);
    if (node == null || usable(node)) {
      return node == null ? null : node.stringValue();
    }
    ignore(key, "a string of 1 to " + LONGEST + " characters");
    return null;
  }

  private @Nullable List<String> list(String key) {
    JsonNode node = card.get(key);
    if (node == null || usable(node)) {
      return node == null ? null : List.of(node.stringValue());
    }
    String expected = "a string, or 1 to " + MOST_ENTRIES + " of them";
    if (!(node instanceof ArrayNode array) || array.isEmpty() || array.size() > MOST_ENTRIES) {
      ignore(key, expected);
      return null;
    }
    List<String> entries = new ArrayList<>(array.size());
    for (JsonNode entry : array) {
      if (!usable(entry)) {
        ignore(key, expected);
        return null;
      }
      entries.add(entry.stringValue());
    }
    return entries;
  }

  private static boolean usable(JsonNode node) {
    return node.isString()
        && !node.stringValue().isBlank()
        && node.stringValue().length() <= LONGEST;
  }

  private void ignore(String key, String expected) {
    warnings.accept(name + ": " + key + ": left out (expected: " + expected + ")");
  }
}
