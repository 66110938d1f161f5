package kz.qaqpa.http.usage;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import kz.qaqpa.admission.Ids;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.http.api.Shown;
import org.jspecify.annotations.Nullable;

/**
 * The query of an address, where everything that is said is meant: a misspelt name would make a
 * wrong report that nobody notices. Used by one thread.
 */
public final class QueryParameters {
  /** More than there are; what comes after is one too many or unknown. */
  private static final int MOST = 32;

  private final Map<String, String> left = new TreeMap<>();

  /**
   * Reads the query of an address.
   *
   * @throws Refusal.BadRequest if it is malformed or says something twice
   */
  public QueryParameters(String uri) {
    Map<String, List<String>> said;
    try {
      said = new QueryStringDecoder(uri, StandardCharsets.UTF_8, true, MOST, true).parameters();
    } catch (IllegalArgumentException e) {
      throw new Refusal.BadRequest(
          null, "invalid_value", "query: malformed (expected: name=value, percent-encoded)");
    }
    said.forEach((name, values) -> {
      if (values.size() > 1) {
        throw new Refusal.BadRequest(
            Shown.text(name),
            "invalid_value",
            Shown.text(name) + ": given " + values.size() + " times (expected: once)");
      }
      left.put(name, values.getFirst());
    });
  }

  /** The value of a parameter, or null; asked for once. */
  public @Nullable String take(String name) {
    return left.remove(name);
  }

  /**
   * The id of an agency or an application, or null; asked for once.
   *
   * @throws Refusal.BadRequest if it could not be one
   */
  public @Nullable String takeId(String name) {
    String id = take(name);
    if (id != null && !Ids.isId(id)) {
      throw Refusal.BadRequest.value(
          name, Shown.text(id), "1 to 64 of a-z, 0-9, dot, underscore, hyphen");
    }
    return id;
  }

  /**
   * Ends the reading.
   *
   * @param known the names that could have been taken
   * @throws Refusal.BadRequest if something was not taken
   */
  public void end(String known) {
    for (String name : left.keySet()) {
      throw new Refusal.BadRequest(
          Shown.text(name),
          "unknown_parameter",
          "query: " + Shown.text(name) + " (expected: " + known + ")");
    }
  }
}
