package kz.qaqpa.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLParser;

/**
 * YAML to a {@link Document}, strictly: one document, a mapping at its top, no duplicate keys, no
 * anchors, aliases or tags (so nothing expands), no empty values.
 */
final class YamlReader {
  /** Largest file accepted. */
  static final int MAX_BYTES = 1 << 20;

  /** Deepest nesting accepted. */
  static final int MAX_DEPTH = 16;

  private static final YAMLFactory FACTORY = YAMLFactory.builder().build();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final String file;
  private final YAMLParser parser;
  private final Map<KeyPath, String> origins = new HashMap<>();

  private YamlReader(String file, YAMLParser parser) {
    this.file = file;
    this.parser = parser;
  }

  /** Reads a file of at most {@link #MAX_BYTES}. */
  static Document read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new ConfigException(file + ": not a regular file");
    }
    try (InputStream in = Files.newInputStream(file)) {
      return parse(file.toString(), in.readNBytes(MAX_BYTES + 1));
    } catch (IOException e) {
      throw new ConfigException(file + ": cannot be read: " + e.getMessage());
    }
  }

  static Document parse(String file, byte[] bytes) {
    if (bytes.length > MAX_BYTES) {
      throw new ConfigException(file + ": too large (expected: at most " + MAX_BYTES + " bytes)");
    }
    String text = decode(file, bytes);
    try (YAMLParser parser = (YAMLParser) FACTORY.createParser(ObjectReadContext.empty(), text)) {
      return new YamlReader(file, parser).document();
    } catch (JacksonException e) {
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      throw new ConfigException(
          file + (line > 0 ? ":" + line : "") + ": not valid YAML: " + firstLine(e));
    }
  }

  private static String decode(String file, byte[] bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.startsWith("\uFEFF") ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw new ConfigException(file + ": not UTF-8 (expected: text in UTF-8)");
    }
  }

  private Document document() {
    JsonToken first = parser.nextToken();
    if (first == null) {
      return new Document(NODES.objectNode(), Map.of());
    }
    if (first != JsonToken.START_OBJECT) {
      throw error(KeyPath.ROOT, "expected: a mapping of keys to values");
    }
    JsonNode root = value(KeyPath.ROOT, place());
    if (parser.nextToken() != null) {
      throw error(KeyPath.ROOT, "second document (expected: one)");
    }
    return new Document((ObjectNode) root, origins);
  }

  /**
   * The value that the parser is at.
   *
   * @param origin where its key is, which people look for
   */
  private JsonNode value(KeyPath path, String origin) {
    if (path.steps().size() > MAX_DEPTH) {
      throw error(path, "nested too deeply (expected: at most " + MAX_DEPTH + " levels)");
    }
    // An anchor on a scalar is not reported, and is harmless: nothing can refer to it.
    if (parser.isCurrentAlias() || parser.getObjectId() != null || parser.getRawTag() != null) {
      throw error(path, "anchor, alias or tag (expected: a plain value)");
    }
    origins.put(path, origin);
    return switch (parser.currentToken()) {
      case START_OBJECT -> object(path);
      case START_ARRAY -> array(path);
      case VALUE_STRING -> NODES.stringNode(parser.getString());
      case VALUE_TRUE, VALUE_FALSE -> NODES.booleanNode(parser.getBooleanValue());
      case VALUE_NUMBER_INT -> NODES.numberNode(parser.getBigIntegerValue());
      case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDoubleValue());
      default ->
          throw error(path, "empty (expected: a value; leave the key out to take the default)");
    };
  }

  private ObjectNode object(KeyPath path) {
    ObjectNode node = NODES.objectNode();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      KeyPath child = path.key(name);
      String origin = place();
      if (node.has(name)) {
        throw error(child, "duplicate key (expected: once)");
      }
      parser.nextToken();
      node.set(name, value(child, origin));
    }
    return node;
  }

  private ArrayNode array(KeyPath path) {
    ArrayNode node = NODES.arrayNode();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      node.add(value(path.index(node.size()), place()));
    }
    return node;
  }

  private String place() {
    return file + ":" + parser.currentTokenLocation().getLineNr();
  }

  private ConfigException error(KeyPath path, String what) {
    return new ConfigException(place() + ": " + (path.steps().isEmpty() ? "" : path + ": ") + what);
  }

  private static String firstLine(JacksonException e) {
    String message = String.valueOf(e.getOriginalMessage());
    return Shown.name(message.lines().findFirst().orElse("syntax error"));
  }
}
