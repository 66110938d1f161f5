package kz.qaqpa.report;

import java.util.Comparator;
import java.util.Set;
import kz.qaqpa.language.Language;
import kz.qaqpa.ledger.UsageRecord;
import org.jspecify.annotations.Nullable;

/**
 * One line of a report.
 *
 * @param span its time
 * @param group whose it is
 * @param totals what was used
 */
public record Row(Bucket.Span span, Group group, Totals totals) {

  /** Whose a row is: what the report does not tell apart is null. */
  public record Group(
      @Nullable String agency,
      @Nullable String application,
      @Nullable String model,
      @Nullable Language language) {

    /** By agency, application, model, and languages in the order of {@link Language}. */
    static final Comparator<Group> ORDER =
        Comparator.comparing(
                Group::agency, Comparator.nullsFirst(Comparator.<String>naturalOrder()))
            .thenComparing(Group::application, Comparator.nullsFirst(Comparator.naturalOrder()))
            .thenComparing(Group::model, Comparator.nullsFirst(Comparator.naturalOrder()))
            .thenComparing(Group::language, Comparator.nullsFirst(Comparator.naturalOrder()));

    static Group of(UsageRecord record, Set<Dimension> by) {
      return new Group(
          by.contains(Dimension.AGENCY) ? record.who().agency() : null,
          by.contains(Dimension.APPLICATION) ? record.who().application() : null,
          by.contains(Dimension.MODEL) ? record.who().model() : null,
          by.contains(Dimension.LANGUAGE) ? record.language() : null);
    }
  }
}
