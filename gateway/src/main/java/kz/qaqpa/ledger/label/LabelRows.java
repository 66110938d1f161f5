package kz.qaqpa.ledger.label;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import kz.qaqpa.ledger.IssuedLabel;
import kz.qaqpa.ledger.UsageRecord;
import kz.qaqpa.ledger.UsageRows;
import kz.qaqpa.ledger.db.Row;
import kz.qaqpa.ledger.db.Statement;
import kz.qaqpa.ledger.spool.Entry;
import org.jspecify.annotations.Nullable;

/** Labels as rows of the tables {@code label} and {@code label_content}. Functions only. */
public final class LabelRows {
  private static final List<String> COLUMNS =
      List.of(
          "id",
          "at",
          "agency",
          "application",
          "model",
          "risk",
          "notice",
          "language",
          "payload",
          "signature",
          "record_at",
          "record_id");
  private static final List<String> CONTENT_COLUMNS = List.of("label_id", "choice", "sha256");

  private LabelRows() {}

  /**
   * Statements that write records with their labels; those that are there already stay as they are.
   */
  public static List<Statement> withRecords(List<Entry> entries) {
    List<Statement> all =
        new ArrayList<>(UsageRows.insert(entries.stream().map(Entry::record).toList()));
    all.addAll(labels(entries));
    return all;
  }

  private static List<Statement> labels(List<Entry> entries) {
    List<List<@Nullable Object>> labels = new ArrayList<>();
    List<List<@Nullable Object>> contents = new ArrayList<>();
    for (Entry entry : entries) {
      IssuedLabel label = entry.label();
      if (label != null) {
        labels.add(values(label, entry.record()));
        for (int i = 0; i < label.contentSha256().size(); i++) {
          contents.add(List.of(label.id(), (long) i, label.contentSha256().get(i)));
        }
      }
    }
    List<Statement> all = new ArrayList<>();
    all.addAll(Statement.insert("label", COLUMNS, labels, "on conflict do nothing"));
    all.addAll(
        Statement.insert("label_content", CONTENT_COLUMNS, contents, "on conflict do nothing"));
    return all;
  }

  private static List<@Nullable Object> values(IssuedLabel label, UsageRecord record) {
    UsageRecord.Who who = label.who();
    return Arrays.asList(
        label.id(),
        label.at(),
        who.agency(),
        who.application(),
        who.model(),
        label.risk(),
        label.notice(),
        label.language(),
        label.payload(),
        label.signature(),
        record.at(),
        record.id());
  }

  /** A row of {@code label}. */
  static RegisteredLabel label(Row row) {
    return new RegisteredLabel(
        row.string("id"),
        row.instant("at"),
        new UsageRecord.Who(row.string("agency"), row.string("application"), row.string("model")),
        row.string("risk"),
        row.string("notice"),
        row.string("language"),
        row.string("payload"),
        row.stringOrNull("signature"));
  }
}
