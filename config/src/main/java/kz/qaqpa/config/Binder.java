package kz.qaqpa.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.InputCoercionException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.exc.MismatchedInputException;

/**
 * A tree to a record: records component by component, so that all problems of a tree are found
 * together, everything else by Jackson ({@link LeafTypes}), with our errors instead of its own.
 */
final class Binder {
  /** The key that a record's own message begins with: "slots: -1 (expected: …)". */
  private static final Pattern NAMED_KEY = Pattern.compile("^(?:[\\w.]*\\.)?(\\w+): ");

  private final Problems problems;

  private Binder(Problems problems) {
    this.problems = problems;
  }

  /**
   * Binds.
   *
   * @throws ConfigException with every problem that was found
   */
  static <T> T bind(
      Document document, KeyPath path, JsonNode node, Class<T> recordType, FileCheck<T> check) {
    if (!recordType.isRecord()) {
      throw new IllegalArgumentException(recordType + " (expected: a record)");
    }
    Problems problems = new Problems(document);
    T bound = recordType.cast(new Binder(problems).record(path, node, recordType));
    if (bound != null) {
      check.check(bound, problems);
    }
    if (bound == null || !problems.isEmpty()) {
      throw problems.exception();
    }
    return bound;
  }

  /** The value, or null once its problems have been noted. */
  private @Nullable Object value(KeyPath path, JsonNode node, Type type) {
    if (type instanceof Class<?> record && record.isRecord()) {
      return record(path, node, record);
    }
    if (type instanceof ParameterizedType list
        && list.getRawType() == List.class
        && list.getActualTypeArguments()[0] instanceof Class<?> element
        && element.isRecord()) {
      return list(path, node, element);
    }
    return leaf(path, node, type);
  }

  private @Nullable Object list(KeyPath path, JsonNode node, Class<?> element) {
    if (!node.isArray()) {
      problems.add(path, Shown.value(path, node) + " (expected: a list)");
      return null;
    }
    List<Object> items = new ArrayList<>(node.size());
    for (int i = 0; i < node.size(); i++) {
      Object item = record(path.index(i), node.get(i), element);
      if (item != null) {
        items.add(item);
      }
    }
    return items.size() == node.size() ? items : null;
  }

  private @Nullable Object record(KeyPath path, JsonNode node, Class<?> type) {
    if (!node.isObject()) {
      problems.add(path, Shown.value(path, node) + " (expected: a mapping)");
      return null;
    }
    Map<String, Type> types = new HashMap<>();
    for (RecordComponent component : type.getRecordComponents()) {
      types.put(component.getName(), component.getGenericType());
    }
    Map<String, Object> values = new HashMap<>();
    for (Map.Entry<String, JsonNode> entry : node.properties()) { // In the order of the file.
      Type wanted = types.get(entry.getKey());
      KeyPath child = path.key(entry.getKey());
      if (wanted == null) {
        List<String> known = types.keySet().stream().sorted().toList();
        problems.add(child, "unknown key (expected: one of " + known + ")");
        continue;
      }
      Object value = value(child, entry.getValue(), wanted);
      if (value != null) {
        values.put(entry.getKey(), value);
      }
    }
    return construct(path, node, type, values);
  }

  private @Nullable Object construct(
      KeyPath path, JsonNode node, Class<?> type, Map<String, Object> values) {
    RecordComponent[] components = type.getRecordComponents();
    @Nullable Object[] arguments = new @Nullable Object[components.length];
    boolean whole = true;
    for (int i = 0; i < components.length; i++) {
      String name = components[i].getName();
      arguments[i] = values.get(name);
      if (arguments[i] != null) {
        continue;
      }
      // Not the constructor's parameters: javac leaves annotations of nested types off a compact
      // one.
      boolean optional = components[i].getAnnotatedType().isAnnotationPresent(Nullable.class);
      if (!node.has(name) && !optional) {
        String expected = LeafTypes.expected(components[i].getType());
        problems.add(path.key(name), "missing (expected: " + expected + ")");
      }
      whole &= optional && !node.has(name);
    }
    return whole ? construct(path, node, canonical(type), arguments) : null;
  }

  private @Nullable Object construct(
      KeyPath path, JsonNode node, Constructor<?> constructor, @Nullable Object[] arguments) {
    try {
      return constructor.newInstance(arguments);
    } catch (InvocationTargetException e) {
      if (!(e.getCause() instanceof RuntimeException refusal)) {
        throw new IllegalStateException(constructor + " failed", e);
      }
      refused(path, node, refusal);
      return null;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(constructor + " cannot be called", e);
    }
  }

  /** Keeps the record's message, and finds the line of the key that it names. */
  private void refused(KeyPath path, JsonNode node, RuntimeException refusal) {
    String message = refusal.getMessage() == null ? "not valid" : refusal.getMessage();
    KeyPath origin = path;
    Matcher named = NAMED_KEY.matcher(message);
    if (named.find() && node.has(named.group(1))) {
      origin = path.key(named.group(1));
      message = message.substring(named.end());
    }
    problems.add(origin, withoutSecrets(path, node, message));
  }

  private static String withoutSecrets(KeyPath path, JsonNode node, String message) {
    String safe = message;
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      JsonNode value = entry.getValue();
      if (Shown.isSecret(path.key(entry.getKey()))
          && value.isString()
          && !value.asString().isEmpty()) {
        safe = safe.replace(value.asString(), Shown.hidden(value.asString()));
      }
    }
    return safe;
  }

  private @Nullable Object leaf(KeyPath path, JsonNode node, Type type) {
    try {
      return LeafTypes.read(node, type);
    } catch (JacksonException e) {
      KeyPath at = path;
      JsonNode found = node;
      for (JacksonException.Reference step : e.getPath()) {
        if (step.getPropertyName() == null) {
          at = at.index(step.getIndex());
          found = found.path(step.getIndex());
        } else {
          at = at.key(step.getPropertyName());
          found = found.path(step.getPropertyName());
        }
      }
      problems.add(at, wrong(at, found, e));
      return null;
    }
  }

  private static String wrong(KeyPath path, JsonNode found, JacksonException e) {
    return switch (e) {
      case MismatchedInputException mismatch -> wrong(path, found, mismatch.getTargetType());
      case InputCoercionException range -> wrong(path, found, range.getTargetType());
      default -> Shown.name(String.valueOf(e.getOriginalMessage()));
    };
  }

  private static String wrong(KeyPath path, JsonNode found, @Nullable Class<?> expected) {
    return Shown.value(path, found) + " (expected: " + LeafTypes.expected(expected) + ")";
  }

  private static Constructor<?> canonical(Class<?> type) {
    Class<?>[] parameters =
        Arrays.stream(type.getRecordComponents())
            .map(RecordComponent::getType)
            .toArray(Class<?>[]::new);
    try {
      Constructor<?> constructor = type.getDeclaredConstructor(parameters);
      constructor.setAccessible(true);
      return constructor;
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException("every record has a canonical constructor", e);
    }
  }
}
