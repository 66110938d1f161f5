package kz.qaqpa.config;

import java.util.HashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A parsed file, and where each of its values was written.
 *
 * @param root the content; not changed after this
 * @param origins {@code FILE:LINE} or the name of a variable, for every path in {@code root}
 */
record Document(ObjectNode root, Map<KeyPath, String> origins) {

  /** Where a value was written; for one that was not, where what it belongs to was. */
  String origin(KeyPath path) {
    String origin = origins.get(path);
    if (origin != null) {
      return origin;
    }
    return path.steps().isEmpty() ? "configuration" : origin(path.parent());
  }

  /** This document with another one over it: mappings are merged, all else is replaced. */
  Document overlaidBy(Document upper) {
    ObjectNode mergedRoot = root.deepCopy();
    Map<KeyPath, String> mergedOrigins = new HashMap<>(origins);
    overlay(mergedRoot, mergedOrigins, upper, KeyPath.ROOT, upper.root);
    return new Document(mergedRoot, mergedOrigins);
  }

  /** This document with one value replaced. */
  Document with(KeyPath path, JsonNode value, String origin) {
    ObjectNode upperRoot = root.objectNode();
    ObjectNode at = upperRoot;
    for (Object step : path.parent().steps()) {
      at = at.putObject(step.toString());
    }
    at.set(path.steps().getLast().toString(), value);
    return overlaidBy(new Document(upperRoot, Map.of(path, origin)));
  }

  private static void overlay(
      ObjectNode lower,
      Map<KeyPath, String> origins,
      Document upper,
      KeyPath path,
      ObjectNode upperNode) {
    for (Map.Entry<String, JsonNode> entry : upperNode.properties()) {
      KeyPath child = path.key(entry.getKey());
      if (entry.getValue() instanceof ObjectNode upperChild
          && lower.get(entry.getKey()) instanceof ObjectNode lowerChild) {
        String origin = upper.origins.get(child);
        if (origin != null) {
          origins.put(child, origin);
        }
        overlay(lowerChild, origins, upper, child, upperChild);
      } else {
        lower.set(entry.getKey(), entry.getValue().deepCopy());
        origins.keySet().removeIf(known -> known.startsWith(child));
        upper.origins.forEach((known, origin) -> {
          if (known.startsWith(child)) {
            origins.put(known, origin);
          }
        });
      }
    }
  }
}
