package kz.qaqpa.engine.trt.plan;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What stands in front of a plan: lines {@code name=value}, the key's fields first.
 *
 * <p>The file begins with eight bytes {@code QAQPATRT}, the version of this format and the length
 * of the header, 32 bits each, little-endian; then the header in UTF-8, then the plan.
 */
final class PlanHeader {
  private static final byte[] MAGIC = "QAQPATRT".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 1;
  private static final int PREFIX = 16;
  private static final int MOST_BYTES = 1 << 16;
  private static final String LENGTH = "bodyBytes";
  private static final String DIGEST = "bodySha256";
  private static final int SHOWN = 64;

  private final Path file;
  private final Map<String, String> fields;
  private final long bodyBytes;

  private PlanHeader(Path file, Map<String, String> fields, long bodyBytes) {
    this.file = file;
    this.fields = fields;
    this.bodyBytes = bodyBytes;
  }

  /** The bytes in front of a body. */
  static byte[] bytes(PlanKey key, long bodyBytes, String bodySha256) {
    Map<String, String> fields = key.fields();
    fields.put(LENGTH, Long.toString(bodyBytes));
    fields.put(DIGEST, bodySha256);
    StringBuilder text = new StringBuilder();
    // A name with a line end would be read as a field.
    fields.forEach((name, value) ->
        text.append(name).append('=').append(value.replaceAll("\\p{Cntrl}", "?")).append('\n'));
    byte[] header = text.toString().getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(PREFIX + header.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(MAGIC)
        .putInt(VERSION)
        .putInt(header.length)
        .put(header)
        .array();
  }

  /**
   * Reads a header; the stream stands at the body then.
   *
   * @throws PlanException if it is none of this version
   */
  static PlanHeader read(Path file, InputStream in) throws IOException {
    ByteBuffer prefix = ByteBuffer.wrap(in.readNBytes(PREFIX)).order(ByteOrder.LITTLE_ENDIAN);
    byte[] magic = new byte[MAGIC.length];
    if (prefix.remaining() < PREFIX || !ByteBuffer.wrap(MAGIC).equals(prefix.slice(0, 8))) {
      throw new PlanException(
          file, "no plan of Qaqpa's (expected: a file that ./qaqpa compile wrote)", null);
    }
    prefix.get(magic);
    int version = prefix.getInt();
    if (version != VERSION) {
      throw new PlanException(file, "version: " + version + " (expected: " + VERSION + ")", null);
    }
    int length = prefix.getInt();
    if (length < 1 || length > MOST_BYTES) {
      throw new PlanException(
          file, "headerBytes: " + length + " (expected: 1 to " + MOST_BYTES + ")", null);
    }
    byte[] header = in.readNBytes(length);
    if (header.length < length) {
      throw new PlanException(
          file, "cut short at " + header.length + " of " + length + " bytes of its header", null);
    }
    return parse(file, text(file, header));
  }

  private static String text(Path file, byte[] header) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(header)).toString();
    } catch (CharacterCodingException e) {
      throw new PlanException(file, "header: not UTF-8", e);
    }
  }

  private static PlanHeader parse(Path file, String text) {
    Map<String, String> fields = new LinkedHashMap<>();
    for (String line : text.lines().toList()) {
      int equals = line.indexOf('=');
      if (equals < 1 || fields.put(line.substring(0, equals), line.substring(equals + 1)) != null) {
        throw new PlanException(
            file, "header: " + shown(line) + " (expected: name=value, each name once)", null);
      }
    }
    String length = fields.getOrDefault(LENGTH, "");
    if (!length.matches("[0-9]{1,15}")) {
      throw new PlanException(
          file, LENGTH + ": " + shown(length) + " (expected: a whole number)", null);
    }
    return new PlanHeader(file, fields, Long.parseLong(length));
  }

  long bodyBytes() {
    return bodyBytes;
  }

  String bodySha256() {
    return fields.getOrDefault(DIGEST, "");
  }

  /**
   * A field of a known form.
   *
   * @throws PlanException if it has another
   */
  String value(String name, String form) {
    String value = fields.getOrDefault(name, "missing");
    if (!value.matches(form)) {
      throw new PlanException(file, name + ": " + shown(value) + " (expected: " + form + ")", null);
    }
    return value;
  }

  /** Names of the fields in which it is not for this key. */
  Set<String> differences(PlanKey key) {
    Set<String> names = new TreeSet<>();
    key.fields()
        .forEach((name, value) -> {
          if (!value.equals(fields.get(name))) {
            names.add(name);
          }
        });
    return names;
  }

  /** As {@code gpu: NVIDIA A100 (expected: NVIDIA H200)}. */
  String difference(String name, PlanKey key) {
    return name
        + ": "
        + shown(fields.getOrDefault(name, "missing"))
        + " (expected: "
        + key.fields().get(name)
        + ")";
  }

  private static String shown(String text) {
    String clean = text.replaceAll("[\\p{Cntrl}]", "?");
    return clean.length() <= SHOWN ? clean : clean.substring(0, SHOWN) + "…";
  }
}
