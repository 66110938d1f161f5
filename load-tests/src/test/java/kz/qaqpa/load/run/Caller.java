package kz.qaqpa.load.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Somebody who asks: one line of a keys file, for instance {@code {"role": "quota", "agency":
 * "minfin", "key": "qpk_…", "tokensPerDay": 20000}}.
 *
 * @param role what it is in a simulation
 * @param agency its agency's id
 * @param key its API key
 * @param tokensPerDay the limit of its agency or application; 0 for none
 */
public record Caller(Role role, String agency, String key, long tokensPerDay) {

  /** What callers are in a simulation. */
  public enum Role {
    /** Any other. */
    CHAT,
    /** One whose day's tokens may be used up. */
    QUOTA,
    /** The one that asks fifty times as often. */
    NOISY,
    /** One of those that must not notice. */
    QUIET
  }

  /** Keys in no log, not even by accident. */
  @Override
  public String toString() {
    return role + " " + agency;
  }

  static List<Caller> read(Path file) {
    if (!Files.isReadable(file)) {
      throw new IllegalArgumentException(
          "qaqpa.load.keys: " + file + " (expected: a file of JSON lines)");
    }
    ObjectMapper json = new ObjectMapper();
    List<Caller> callers = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(file)) {
        if (!line.isBlank()) {
          callers.add(of(json.readTree(line), file, callers.size() + 1));
        }
      }
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          file + ": entry " + (callers.size() + 1) + " is not JSON (expected: an object a line)");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return callers;
  }

  private static Caller of(JsonNode node, Path file, int number) {
    String role = node.path("role").asText("chat");
    try {
      return new Caller(
          Role.valueOf(role.toUpperCase(Locale.ROOT)),
          node.required("agency").asText(),
          node.required("key").asText(),
          node.path("tokensPerDay").asLong(0));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          file
              + ": entry "
              + number
              + " (expected: agency, key, and a role of chat, quota, noisy or quiet)",
          e);
    }
  }
}
