package kz.qaqpa.engine.model;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** {@code model.safetensors.index.json}: which file of the folder holds which tensor. */
final class ShardIndex {
  static final String NAME = "model.safetensors.index.json";

  private static final int MAX_BYTES = 16 << 20;

  /** A plain name: no folder, no way out of the folder, nothing that a terminal would obey. */
  private static final Pattern SHARD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*\\.safetensors");

  private ShardIndex() {}

  /** Reads the weight map: tensor name to file name, in the file's order. */
  static Map<String, String> read(Path file) {
    byte[] bytes = JsonFields.bytes(file, MAX_BYTES);
    try (JsonParser json = JsonFields.MAPPER.createParser(bytes)) {
      return weightMap(file, json);
    } catch (JacksonException e) {
      throw new ModelFileException(file, "not the JSON of an index: " + JsonFields.where(e), e);
    }
  }

  private static Map<String, String> weightMap(Path file, JsonParser json) {
    Map<String, String> shards = new LinkedHashMap<>();
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw new ModelFileException(file, "not a JSON object (expected: {\"weight_map\": {…}})");
    }
    for (String name = json.nextName(); name != null; name = json.nextName()) {
      JsonToken value = json.nextToken();
      if (!name.equals("weight_map")) {
        json.skipChildren();
      } else if (value == JsonToken.START_OBJECT) {
        readEntries(file, json, shards);
      } else {
        throw new ModelFileException(file, "weight_map: not an object (expected: {tensor: file})");
      }
    }
    if (json.nextToken() != null) {
      throw new ModelFileException(file, "something behind the closing brace");
    }
    if (shards.isEmpty()) {
      throw new ModelFileException(file, "weight_map: missing or empty (expected: {tensor: file})");
    }
    return shards;
  }

  private static void readEntries(Path file, JsonParser json, Map<String, String> shards) {
    for (String tensor = json.nextName(); tensor != null; tensor = json.nextName()) {
      boolean string = json.nextToken() == JsonToken.VALUE_STRING;
      String shard = String.valueOf(json.getString());
      if (!string || !SHARD.matcher(shard).matches()) {
        throw new ModelFileException(
            file,
            "weight_map."
                + JsonFields.shown(tensor)
                + ": "
                + JsonFields.shown(shard)
                + " (expected: the plain name of a .safetensors file in this folder)");
      }
      shards.put(tensor, shard);
    }
  }
}
