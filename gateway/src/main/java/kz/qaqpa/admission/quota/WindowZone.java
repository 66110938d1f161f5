package kz.qaqpa.admission.quota;

import java.time.Instant;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;

/** Whose midnight begins a day: the one of Almaty. */
public final class WindowZone {
  /** The zone. */
  public static final ZoneId ID = ZoneId.of("Asia/Almaty");

  /** No counter goes back further, and a zone that changes twice a year fills ten years ahead. */
  private static final Instant FIRST = Instant.parse("2010-01-01T00:00:00Z");

  private static final int MOST = 64;

  private WindowZone() {}

  /**
   * The zone's rules for who has no time zones: its offset in milliseconds, then for each change
   * since 2010 when it was or will be, in milliseconds since 1970, and the offset from then on.
   */
  public static String rules() {
    ZoneRules rules = ID.getRules();
    StringBuilder text = new StringBuilder();
    text.append(rules.getOffset(FIRST).getTotalSeconds() * 1000L);
    ZoneOffsetTransition change = rules.nextTransition(FIRST);
    for (int i = 0; i < MOST && change != null; i++) {
      text.append(' ').append(change.toEpochSecond() * 1000L);
      text.append(' ').append(change.getOffsetAfter().getTotalSeconds() * 1000L);
      change = rules.nextTransition(change.getInstant());
    }
    return text.toString();
  }
}
