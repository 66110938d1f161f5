package kz.qaqpa.ledger.spool;

import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import kz.qaqpa.ledger.IssuedLabel;
import kz.qaqpa.ledger.UsageRecord;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * An entry as bytes: JSON, so that a spool outlives a change of version and people can read it. The
 * members are the record's; one more is the label, if there is one. Functions only.
 */
public final class RecordCodec {
  private static final String LABEL = "label";
  private static final JsonMapper MAPPER =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private RecordCodec() {}

  /** To bytes. */
  public static byte[] bytes(Entry entry) {
    if (entry.label() == null) {
      return MAPPER.writeValueAsBytes(entry.record());
    }
    ObjectNode members = MAPPER.valueToTree(entry.record());
    members.set(LABEL, MAPPER.<JsonNode>valueToTree(entry.label()));
    return MAPPER.writeValueAsBytes(members);
  }

  /** From bytes; nothing if they are of no entry that this version knows. */
  public static Optional<Entry> entry(byte[] bytes) {
    try {
      if (!(MAPPER.readTree(bytes) instanceof ObjectNode members)) {
        return Optional.empty();
      }
      JsonNode label = members.remove(LABEL);
      return Optional.of(
              new Entry(
                  MAPPER.treeToValue(members, UsageRecord.class),
                  label == null ? null : MAPPER.treeToValue(label, IssuedLabel.class)))
          .filter(entry -> isWhole(entry.record()) && isWhole(entry.label()));
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
        && isWhole(record.who())
        && Objects.nonNull(record.times().total());
  }

  private static boolean isWhole(@Nullable IssuedLabel label) {
    return label == null
        || (Stream.of(
                    label.id(),
                    label.at(),
                    label.who(),
                    label.risk(),
                    label.notice(),
                    label.language(),
                    label.payload())
                .allMatch(Objects::nonNull)
            && isWhole(label.who()));
  }

  private static boolean isWhole(UsageRecord.Who who) {
    return Stream.of(who.agency(), who.application(), who.model()).allMatch(Objects::nonNull);
  }
}
