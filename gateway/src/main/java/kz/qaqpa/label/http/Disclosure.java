package kz.qaqpa.label.http;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an {@code AI-Disclosure} field says (draft-abaris-aicdh-01).
 *
 * @param mode {@code none}, {@code ai-modified}, {@code ai-originated} or {@code
 *     machine-generated}; others may come
 * @param model id of the model, or null
 * @param provider who gives the answer, or null
 * @param reviewedBy who has looked at it, or null
 * @param date when it was made, or null
 */
public record Disclosure(
    String mode,
    @Nullable String model,
    @Nullable String provider,
    @Nullable String reviewedBy,
    @Nullable Instant date) {

  /**
   * Reads a field as the draft's prose has it, a dictionary whose members are joined by commas, or
   * as its example has it, joined by semicolons. Members of other names are passed over.
   *
   * @throws IllegalArgumentException if it is no dictionary of RFC 9651, has no mode, or a member
   *     is of the wrong type
   */
  public static Disclosure parse(String field) {
    Map<String, Object> members = new DictionaryParser(field).members();
    String mode =
        value(members, "mode", DictionaryParser.Token.class, DictionaryParser.Token::text);
    if (mode == null) {
      throw new IllegalArgumentException("mode: absent (expected: a token)");
    }
    return new Disclosure(
        mode,
        value(members, "model", String.class, text -> text),
        value(members, "provider", String.class, text -> text),
        value(members, "reviewed-by", String.class, text -> text),
        value(members, "date", Instant.class, time -> time));
  }

  private static <T, R> @Nullable R value(
      Map<String, Object> members,
      String name,
      Class<T> type,
      java.util.function.Function<T, R> map) {
    Object value = members.get(name);
    if (value == null) {
      return null;
    }
    if (!type.isInstance(value)) {
      throw new IllegalArgumentException(
          name + ": of another type (expected: a " + type.getSimpleName() + ")");
    }
    return map.apply(type.cast(value));
  }
}
