package kz.qaqpa.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigInteger;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Environment variables over one section: scalars, and lists of text separated by commas. Variables
 * that begin like the section's and name none of its keys are refused, so that a misspelt one is
 * not silently without effect.
 */
final class EnvironmentOverlay {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final Map<String, String> environment;
  private final Collection<String> sections;
  private final Set<String> known = new HashSet<>();

  EnvironmentOverlay(Map<String, String> environment, Collection<String> sections) {
    this.environment = environment;
    this.sections = sections;
  }

  Document over(Document document, String section, Class<?> recordType) {
    KeyPath path = KeyPath.ROOT.key(section);
    Document overlaid = overlay(document, path, recordType);
    refuseUnknown(path.variable() + "_");
    return overlaid;
  }

  private Document overlay(Document document, KeyPath path, Class<?> recordType) {
    Document overlaid = document;
    for (RecordComponent component : recordType.getRecordComponents()) {
      KeyPath child = path.key(component.getName());
      if (component.getType().isRecord()) {
        overlaid = overlay(overlaid, child, component.getType());
        continue;
      }
      String variable = child.variable();
      known.add(variable);
      String value = environment.get(variable);
      if (value != null) {
        overlaid = overlaid.with(child, node(child, component.getGenericType(), value), variable);
      }
    }
    return overlaid;
  }

  private static JsonNode node(KeyPath path, Type type, String value) {
    if (type instanceof ParameterizedType list
        && list.getRawType() instanceof Class<?> raw
        && Collection.class.isAssignableFrom(raw)
        && list.getActualTypeArguments()[0] == String.class) {
      ArrayNode items = NODES.arrayNode();
      for (String item : value.split(",", -1)) {
        items.add(item.strip());
      }
      return items;
    }
    if (type instanceof Class<?> scalar) {
      return scalar(scalar, value.strip());
    }
    throw new ConfigException(
        path.variable() + ": " + path + ": cannot be set by a variable (expected: in a file)");
  }

  /** Text that is no number stays text: binding then says what was expected. */
  private static JsonNode scalar(Class<?> type, String value) {
    try {
      if (type == boolean.class || type == Boolean.class) {
        return switch (value) {
          case "true" -> NODES.booleanNode(true);
          case "false" -> NODES.booleanNode(false);
          default -> NODES.stringNode(value);
        };
      }
      if (type == int.class || type == long.class) {
        return NODES.numberNode(new BigInteger(value));
      }
      if (type == double.class || type == float.class) {
        return NODES.numberNode(Double.parseDouble(value));
      }
    } catch (NumberFormatException e) {
      return NODES.stringNode(value);
    }
    return NODES.stringNode(value);
  }

  private void refuseUnknown(String prefix) {
    for (String variable : environment.keySet()) {
      if (variable.startsWith(prefix)
          && !known.contains(variable)
          && !belongsToLongerSection(variable, prefix)) {
        throw new ConfigException(
            Shown.name(variable)
                + ": unknown variable (expected: one of "
                + known.stream().sorted().toList()
                + ")");
      }
    }
  }

  private boolean belongsToLongerSection(String variable, String prefix) {
    return sections.stream()
        .map(section -> KeyPath.ROOT.key(section).variable() + "_")
        .anyMatch(other -> other.length() > prefix.length() && variable.startsWith(other));
  }
}
