package kz.qaqpa.label.schema;

import java.util.HashSet;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The forms of labels that there are.
 *
 * @param all each with a name and a type of its own
 */
public record LabelSchemas(List<LabelSchema> all) {

  /**
   * Checks names and types.
   *
   * @throws IllegalStateException if two share one
   */
  public LabelSchemas {
    all = List.copyOf(all);
    Set<String> seen = new HashSet<>();
    for (LabelSchema schema : all) {
      if (!seen.add("name " + schema.name()) || !seen.add("type " + schema.type())) {
        throw new IllegalStateException(
            "label schemas: two of the name " + schema.name() + " or the type " + schema.type());
      }
    }
  }

  /** Those on the class path. */
  public static LabelSchemas installed() {
    return new LabelSchemas(
        ServiceLoader.load(LabelSchema.class).stream().map(ServiceLoader.Provider::get).toList());
  }

  /**
   * The form of a name.
   *
   * @throws IllegalArgumentException naming those that there are
   */
  public LabelSchema named(String name) {
    return all.stream()
        .filter(schema -> schema.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "labels.schema: "
                    + name
                    + " (expected: one of "
                    + all.stream().map(LabelSchema::name).sorted().toList()
                    + ")"));
  }

  /** The form that a signature names, or null. */
  public @Nullable LabelSchema typed(@Nullable String type) {
    return all.stream().filter(schema -> schema.type().equals(type)).findFirst().orElse(null);
  }
}
