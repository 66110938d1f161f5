package kz.qaqpa.label;

import java.time.Instant;

/**
 * The {@code AI-Disclosure} response header of draft-abaris-aicdh-01: an RFC 9651 dictionary that
 * says that a machine wrote this answer and nobody reviewed it. Any thread.
 *
 * <p>The draft's own example joins its keys with semicolons, which RFC 9651 reads as parameters of
 * one member; its prose says dictionary, so commas are written here.
 */
public final class AiDisclosure {
  /** Name of the header. */
  public static final String HEADER = "AI-Disclosure";

  private final String modelPart;

  /**
   * @param model id of the model
   * @throws IllegalArgumentException if it is not printable ASCII, as RFC 9651 strings must be
   */
  public AiDisclosure(String model) {
    this.modelPart = "mode=machine-generated, model=" + string("model", model);
  }

  /**
   * The value for one answer.
   *
   * @param provider id of the agency that gives the answer
   * @param date when its making began
   */
  public String value(String provider, Instant date) {
    return modelPart
        + ", provider="
        + string("provider", provider)
        + ", date=@"
        + date.getEpochSecond();
  }

  /** An RFC 9651 String (section 4.1.6). */
  private static String string(String field, String value) {
    StringBuilder quoted = new StringBuilder(value.length() + 2).append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c < 0x20 || c > 0x7e) {
        throw new IllegalArgumentException(
            field + ": character " + i + " is not printable ASCII (expected: an ASCII id)");
      }
      if (c == '"' || c == '\\') {
        quoted.append('\\');
      }
      quoted.append(c);
    }
    return quoted.append('"').toString();
  }
}
