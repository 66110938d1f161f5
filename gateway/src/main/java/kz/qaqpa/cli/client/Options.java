package kz.qaqpa.cli.client;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Command line options: {@code --name VALUE}, and switches without a value.
 *
 * @param values by name, without the dashes; a switch that was given has the value ""
 */
public record Options(Map<String, String> values) {

  /**
   * Parses a command line.
   *
   * @throws IllegalArgumentException naming the option that is unknown, doubled or without value
   */
  public static Options parse(List<String> args, Set<String> names, Set<String> switches) {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < args.size(); i++) {
      String arg = args.get(i);
      String name = arg.startsWith("--") ? arg.substring(2) : "";
      String value;
      if (switches.contains(name)) {
        value = "";
      } else if (!names.contains(name)) {
        throw new IllegalArgumentException(arg + ": unknown (expected: " + usage(names, switches));
      } else if (i + 1 == args.size()) {
        throw new IllegalArgumentException(arg + ": no value (expected: " + arg + " VALUE)");
      } else {
        value = args.get(++i);
      }
      if (values.put(name, value) != null) {
        throw new IllegalArgumentException(arg + ": given twice (expected: once)");
      }
    }
    return new Options(values);
  }

  /** The value of an option, or null. */
  public @Nullable String get(String name) {
    return values.get(name);
  }

  /** The value of an option, or what holds without it. */
  public String get(String name, String otherwise) {
    return values.getOrDefault(name, otherwise);
  }

  /** Whether a switch or option was given. */
  public boolean has(String name) {
    return values.containsKey(name);
  }

  /** A whole number in a range, or what holds without it. */
  public int number(String name, int otherwise, int low, int high) {
    String text = values.get(name);
    if (text == null) {
      return otherwise;
    }
    try {
      int number = Integer.parseInt(text);
      if (number >= low && number <= high) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below, with the same words as a number out of range.
    }
    throw new IllegalArgumentException(
        "--" + name + ": " + text + " (expected: " + low + " to " + high + ")");
  }

  /** A file or folder, absolute, or what holds without it. */
  public Path path(String name, Path otherwise) {
    String given = values.get(name);
    return given == null ? otherwise : Path.of(given).toAbsolutePath();
  }

  private static String usage(Set<String> names, Set<String> switches) {
    StringBuilder usage = new StringBuilder();
    switches.stream().sorted().forEach(name -> usage.append("--").append(name).append(", "));
    names.stream().sorted().forEach(name -> usage.append("--").append(name).append(" VALUE, "));
    return usage.substring(0, Math.max(0, usage.length() - 2)) + ")";
  }
}
