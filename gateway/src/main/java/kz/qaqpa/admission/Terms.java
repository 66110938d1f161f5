package kz.qaqpa.admission;

import java.time.Duration;
import java.util.List;
import kz.qaqpa.admission.quota.QuotaFallback;
import kz.qaqpa.batching.PriorityClass;
import kz.qaqpa.label.NoticePolicy;
import org.jspecify.annotations.Nullable;

/**
 * How an application is served, beside its limits.
 *
 * @param models ids of the models that it may ask; all if empty
 * @param priorityClass whose turn comes first
 * @param deadline after which its answers are ended, or null for the server's
 * @param notice who shows its users that a machine answers
 * @param watermark whether the choice of words carries a mark
 * @param quotaFallback what holds while the shared store of quotas is away
 * @param reports whose usage it may see
 * @param detectLabels whether it may ask if a text carries the mark
 */
public record Terms(
    List<String> models,
    PriorityClass priorityClass,
    @Nullable Duration deadline,
    NoticePolicy notice,
    boolean watermark,
    QuotaFallback quotaFallback,
    Reports reports,
    boolean detectLabels) {

  /** What holds for an application that says nothing. */
  public static final Terms STANDARD =
      new Terms(
          List.of(),
          PriorityClass.INTERACTIVE,
          null,
          NoticePolicy.APPEND,
          true,
          QuotaFallback.CLOSED,
          Reports.APPLICATION,
          false);

  /** Copies the list. */
  public Terms {
    models = List.copyOf(models);
  }

  /** Whether it may ask a model. */
  public boolean allows(String model) {
    return models.isEmpty() || models.contains(model);
  }

  /** Whose usage an application may see. */
  public enum Reports {
    /** Its own. */
    APPLICATION,
    /** That of all its agency's applications. */
    AGENCY
  }
}
