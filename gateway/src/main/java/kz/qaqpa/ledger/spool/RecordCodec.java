package kz.qaqpa.ledger.spool;

import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import kz.qaqpa.ledger.UsageRecord;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * A record as bytes: JSON, so that a spool outlives a change of version and people can read it.
 * Functions only.
 */
public final class RecordCodec {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private RecordCodec() {}

  /** To bytes. */
  public static byte[] bytes(UsageRecord record) {
    return MAPPER.writeValueAsBytes(record);
  }

  /** From bytes; nothing if they are of no record that this version knows. */
  public static Optional<UsageRecord> record(byte[] bytes) {
    try {
      return Optional.of(MAPPER.readValue(bytes, UsageRecord.class)).filter(RecordCodec::isWhole);
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }

  /** Jackson leaves null what is absent. */
  private static boolean isWhole(UsageRecord record) {
    return Stream.of(
                record.id(),
                record.requestId(),
                record.at(),
                record.who(),
                record.language(),
                record.charge(),
                record.times(),
                record.finish())
            .allMatch(Objects::nonNull)
        && Stream.of(
                record.who().agency(),
                record.who().application(),
                record.who().model(),
                record.times().total())
            .allMatch(Objects::nonNull);
  }
}
