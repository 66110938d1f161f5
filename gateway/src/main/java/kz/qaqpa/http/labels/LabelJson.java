package kz.qaqpa.http.labels;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Duration;
import java.time.Instant;
import kz.qaqpa.ledger.UsageRecord;
import kz.qaqpa.ledger.label.RegisteredLabel;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A label of the registry as it is answered.
 *
 * @param contentLabel as its answer had it: what was signed, with its signature
 * @param issued what only the owning agency and auditors see; absent for others
 */
public record LabelJson(
    String object,
    String id,
    ObjectNode contentLabel,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Issued issued) {

  /**
   * What the registry knows beside.
   *
   * @param noticePromisedBy the application that shows the notice itself and has promised it
   * @param record what the request came to, or null if that is not known any more
   */
  public record Issued(
      Instant at,
      String agency,
      String application,
      String model,
      String risk,
      String language,
      String notice,
      @Nullable String noticePromisedBy,
      boolean signed,
      @Nullable Request record) {

    /** All but the record. */
    public static Issued of(RegisteredLabel label, @Nullable UsageRecord record) {
      UsageRecord.Who who = label.who();
      return new Issued(
          label.at(),
          who.agency(),
          who.application(),
          who.model(),
          label.risk(),
          label.language(),
          label.notice(),
          label.notice().equals("client") ? who.agency() + '/' + who.application() : null,
          label.signature() != null,
          record == null ? null : Request.of(record));
    }
  }

  /** What the request came to. */
  public record Request(
      String answerId,
      String requestId,
      Instant at,
      String finish,
      long promptTokens,
      int cachedTokens,
      long outputTokens,
      long promptCharacters,
      long outputCharacters,
      @Nullable Long queueMillis,
      @Nullable Long firstTokenMillis,
      long totalMillis) {

    static Request of(UsageRecord record) {
      UsageRecord.Charge charge = record.charge();
      UsageRecord.Times times = record.times();
      return new Request(
          record.id(),
          record.requestId(),
          record.at(),
          record.finish(),
          charge.promptTokens(),
          record.cachedTokens(),
          charge.outputTokens(),
          charge.promptCharacters(),
          charge.outputCharacters(),
          millis(times.queue()),
          millis(times.firstToken()),
          times.total().toMillis());
    }

    private static @Nullable Long millis(@Nullable Duration time) {
      return time == null ? null : time.toMillis();
    }
  }

  /** A label; {@code issued} is null where whoever asks may not see it. */
  public static LabelJson of(RegisteredLabel label, @Nullable Issued issued) {
    return new LabelJson("label", label.id(), contentLabel(label), issued);
  }

  private static ObjectNode contentLabel(RegisteredLabel label) {
    ObjectNode members;
    try {
      members =
          JsonMapper.shared().readTree(label.payload()) instanceof ObjectNode object
              ? object
              : JsonMapper.shared().createObjectNode();
    } catch (JacksonException e) {
      members = JsonMapper.shared().createObjectNode(); // Its signature still has it all.
    }
    String jws = label.jws();
    return jws == null ? members : members.put("jws", jws);
  }
}
