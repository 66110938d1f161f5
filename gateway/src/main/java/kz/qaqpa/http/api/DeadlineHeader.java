package kz.qaqpa.http.api;

import java.time.Duration;
import java.util.regex.Pattern;
import kz.qaqpa.admission.Refusal;
import org.jspecify.annotations.Nullable;

/** The header by which a client says how long it waits for an answer. Functions only. */
public final class DeadlineHeader {
  /** Its name; its value is milliseconds from the arrival of the request. */
  public static final String NAME = "x-request-deadline-ms";

  private static final Pattern MILLIS = Pattern.compile("[1-9][0-9]{0,7}");
  private static final long LONGEST = Duration.ofDays(1).toMillis();

  private DeadlineHeader() {}

  /**
   * Reads the header.
   *
   * @param value null where it is absent
   * @return null where it is absent
   * @throws Refusal.BadRequest if it is no number of milliseconds, 1 to a day
   */
  public static @Nullable Duration read(@Nullable String value) {
    if (value == null) {
      return null;
    }
    if (!MILLIS.matcher(value).matches() || Long.parseLong(value) > LONGEST) {
      throw Refusal.BadRequest.value(NAME, Shown.text(value), "milliseconds, 1 to " + LONGEST);
    }
    return Duration.ofMillis(Long.parseLong(value));
  }
}
