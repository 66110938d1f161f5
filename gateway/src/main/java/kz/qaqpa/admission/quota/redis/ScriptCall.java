package kz.qaqpa.admission.quota.redis;

import java.util.ArrayList;
import java.util.List;

/**
 * One call of the script.
 *
 * @param keys what it touches, all of one agency
 * @param arguments as {@code quota.lua} says
 */
record ScriptCall(List<String> keys, List<String> arguments) {
  ScriptCall {
    keys = List.copyOf(keys);
    arguments = List.copyOf(arguments);
  }

  String[] keyArray() {
    return keys.toArray(new String[0]);
  }

  String[] argumentArray() {
    return arguments.toArray(new String[0]);
  }

  /** Replies of the script: numbers and words. */
  static final class Reply {
    private final List<Object> values = new ArrayList<>();
    private int next;

    Reply(List<?> values) {
      this.values.addAll(values);
    }

    String word() {
      return String.valueOf(values.get(next++));
    }

    long number() {
      Object value = values.get(next++);
      return value instanceof Long number ? number : Long.parseLong(String.valueOf(value));
    }

    long[] numbers(int count) {
      long[] numbers = new long[count];
      for (int i = 0; i < count; i++) {
        numbers[i] = number();
      }
      return numbers;
    }
  }
}
