package kz.qaqpa.config;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where a value lies in a file: keys, and indexes of lists.
 *
 * @param steps a String for a key, an Integer for an index
 */
record KeyPath(List<Object> steps) {
  static final KeyPath ROOT = new KeyPath(List.of());

  KeyPath key(String name) {
    return step(name);
  }

  KeyPath index(int index) {
    return step(index);
  }

  private KeyPath step(Object step) {
    return new KeyPath(Stream.concat(steps.stream(), Stream.of(step)).toList());
  }

  KeyPath parent() {
    return new KeyPath(steps.subList(0, steps.size() - 1));
  }

  boolean startsWith(KeyPath prefix) {
    return steps.size() >= prefix.steps.size()
        && steps.subList(0, prefix.steps.size()).equals(prefix.steps);
  }

  /** The environment variable that overrides this value; keys only. */
  String variable() {
    return steps.stream()
        .map(step -> upperSnake(step.toString()))
        .collect(Collectors.joining("_", Config.VARIABLE_PREFIX, ""));
  }

  private static String upperSnake(String camel) {
    return camel
        .replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_")
        .replace('-', '_')
        .toUpperCase(Locale.ROOT);
  }

  /** For messages: {@code engine.slots}, {@code agencies[2].id}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (Object step : steps) {
      if (step instanceof Integer) {
        text.append('[').append(step).append(']');
      } else {
        text.append(text.isEmpty() ? "" : ".").append(Shown.name(step.toString()));
      }
    }
    return text.toString();
  }
}
