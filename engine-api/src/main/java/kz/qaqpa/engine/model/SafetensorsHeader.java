package kz.qaqpa.engine.model;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * The JSON header of a safetensors file: {@code {name: {dtype, shape, data_offsets}}}. Read as a
 * stream, so that a hostile header costs memory for its valid entries only.
 */
final class SafetensorsHeader {
  /** Bytes of one element, by the format's own names. */
  private static final Map<String, Integer> DTYPE_BYTES = dtypeBytes();

  private static final int MAX_RANK = 8;

  private final Path file;
  private final JsonParser json;

  private SafetensorsHeader(Path file, JsonParser json) {
    this.file = file;
    this.json = json;
  }

  /**
   * One tensor of the header.
   *
   * @param dtype the format's name, for instance {@code BF16}
   * @param shape sizes, outermost first; none is negative
   * @param begin first byte, counted from the end of the header
   * @param end byte behind the last one
   */
  record Entry(String name, String dtype, List<Long> shape, long begin, long end) {}

  private static Map<String, Integer> dtypeBytes() {
    Map<String, Integer> bytes = new HashMap<>();
    for (String one : List.of("BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0")) {
      bytes.put(one, 1);
    }
    for (String two : List.of("I16", "U16", "F16", "BF16")) {
      bytes.put(two, 2);
    }
    for (String four : List.of("I32", "U32", "F32")) {
      bytes.put(four, 4);
    }
    for (String eight : List.of("I64", "U64", "F64", "C64")) {
      bytes.put(eight, 8);
    }
    return Map.copyOf(bytes);
  }

  /**
   * Parses and checks a header.
   *
   * @param dataBytes bytes of the file behind the header; the entries must fill them exactly
   */
  static Map<String, Entry> parse(Path file, byte[] header, long dataBytes) {
    try (JsonParser json = JsonFields.MAPPER.createParser(header)) {
      Map<String, Entry> entries = new SafetensorsHeader(file, json).entries();
      checkLayout(file, entries, dataBytes);
      return entries;
    } catch (JacksonException e) {
      throw new ModelFileException(
          file, "header: not the JSON of safetensors: " + JsonFields.where(e), e);
    }
  }

  private Map<String, Entry> entries() {
    Map<String, Entry> entries = new LinkedHashMap<>();
    expect("header", JsonToken.START_OBJECT, "an object");
    for (String name = json.nextName(); name != null; name = json.nextName()) {
      if (name.equals("__metadata__")) {
        json.nextToken();
        json.skipChildren();
      } else {
        entries.put(name, entry(name));
      }
    }
    if (json.nextToken() != null) {
      throw wrong("header", "behind the closing brace", "nothing but spaces");
    }
    return entries;
  }

  private Entry entry(String name) {
    String shown = JsonFields.shown(name);
    String dtype = null;
    List<Long> shape = null;
    List<Long> offsets = null;
    expect(shown, JsonToken.START_OBJECT, "an object with dtype, shape and data_offsets");
    for (String field = json.nextName(); field != null; field = json.nextName()) {
      switch (field) {
        case "dtype" -> dtype = dtype(shown + ".dtype");
        case "shape" -> shape = sizes(shown + ".shape", MAX_RANK);
        case "data_offsets" -> offsets = sizes(shown + ".data_offsets", 2);
        default -> {
          json.nextToken();
          json.skipChildren();
        }
      }
    }
    List<Long> range = present(shown + ".data_offsets", offsets);
    if (range.size() != 2 || range.get(0) > range.get(1)) {
      throw wrong(shown + ".data_offsets", range, "[begin, end] with begin <= end");
    }
    Entry entry =
        new Entry(
            name,
            present(shown + ".dtype", dtype),
            present(shown + ".shape", shape),
            range.get(0),
            range.get(1));
    checkSize(entry);
    return entry;
  }

  private <T> T present(String what, @Nullable T value) {
    if (value == null) {
      throw new ModelFileException(file, what + ": missing");
    }
    return value;
  }

  private String dtype(String what) {
    expect(what, JsonToken.VALUE_STRING, "a string");
    String dtype = json.getString();
    if (!DTYPE_BYTES.containsKey(dtype)) {
      throw wrong(what, dtype, "one of " + DTYPE_BYTES.keySet().stream().sorted().toList());
    }
    return dtype;
  }

  private List<Long> sizes(String what, int max) {
    expect(what, JsonToken.START_ARRAY, "an array of integers >= 0");
    List<Long> sizes = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() != JsonToken.VALUE_NUMBER_INT
          || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
          || json.getLongValue() < 0) {
        throw wrong(what, json.getString(), "integers from 0 to " + Long.MAX_VALUE);
      }
      if (sizes.size() == max) {
        throw wrong(what, "more than " + max + " numbers", "at most " + max);
      }
      sizes.add(json.getLongValue());
    }
    return List.copyOf(sizes);
  }

  private void checkSize(Entry entry) {
    String shown = JsonFields.shown(entry.name);
    long bytes = DTYPE_BYTES.getOrDefault(entry.dtype, 0);
    try {
      for (long size : entry.shape) {
        bytes = Math.multiplyExact(bytes, size);
      }
    } catch (ArithmeticException e) {
      throw new ModelFileException(
          file, shown + ".shape: " + entry.shape + " (expected: fewer than 2^63 bytes)", e);
    }
    if (bytes != entry.end - entry.begin) {
      throw wrong(
          shown + ".data_offsets",
          "[" + entry.begin + ", " + entry.end + "]",
          bytes + " bytes, for " + entry.dtype + " " + entry.shape);
    }
  }

  /** The format allows neither holes nor overlaps: sorted by offset, entries follow seamlessly. */
  private static void checkLayout(Path file, Map<String, Entry> entries, long dataBytes) {
    long end = 0;
    List<Entry> sorted = new ArrayList<>(entries.values());
    sorted.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    for (Entry entry : sorted) {
      String shown = JsonFields.shown(entry.name);
      if (entry.end > dataBytes) {
        throw new ModelFileException(
            file,
            shown
                + ".data_offsets: ends at byte "
                + entry.end
                + " (expected: at most "
                + dataBytes
                + ", the data in the file; is it truncated?)");
      }
      if (entry.begin != end) {
        throw new ModelFileException(
            file,
            shown
                + ".data_offsets: begins at byte "
                + entry.begin
                + " (expected: "
                + end
                + "; tensors may neither overlap nor leave holes)");
      }
      end = entry.end;
    }
    if (end != dataBytes) {
      throw new ModelFileException(
          file, "tensors end at byte " + end + " of the data (expected: " + dataBytes + ")");
    }
  }

  private void expect(String what, JsonToken token, String expected) {
    if (json.nextToken() != token) {
      throw wrong(what, String.valueOf(json.getString()), expected);
    }
  }

  private ModelFileException wrong(String what, Object value, String expected) {
    return new ModelFileException(
        file, what + ": " + JsonFields.shown(value.toString()) + " (expected: " + expected + ")");
  }
}
