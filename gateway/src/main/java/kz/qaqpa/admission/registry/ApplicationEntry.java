package kz.qaqpa.admission.registry;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import kz.qaqpa.admission.Agency;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.Declaration;
import kz.qaqpa.admission.Ids;
import kz.qaqpa.admission.Terms;
import kz.qaqpa.admission.quota.Limits;
import kz.qaqpa.admission.quota.QuotaFallback;
import kz.qaqpa.batching.PriorityClass;
import kz.qaqpa.config.Expect;
import kz.qaqpa.label.NoticePolicy;
import org.jspecify.annotations.Nullable;

/**
 * A program of an agency as it is written.
 *
 * @param id short ASCII name
 * @param declaration what its owner declares of it; required once it can be asked in its name
 * @param notice where users read that a machine answers; append if absent
 * @param watermark whether the choice of words carries a mark; on if absent
 * @param models ids of the models that it may ask; all if absent
 * @param priorityClass whose turn comes first; interactive if absent
 * @param deadline after which its answers are ended, 1 s to 1 d; the server's if absent
 * @param limits what it may use; anything but more than 64 streams if absent
 * @param quotaFallback what holds while the shared store of quotas is away; closed if absent
 * @param reports whose usage it may see; its own if absent
 * @param detectLabels whether it may ask if a text carries the mark; false if absent
 * @param keys its keys; none if absent
 * @param clientCertificates certificates that stand for it; none if absent
 * @param tokens bearer tokens that stand for it; none if absent
 */
public record ApplicationEntry(
    String id,
    @Nullable Declaration declaration,
    @Nullable NoticePolicy notice,
    @Nullable Watermark watermark,
    @Nullable List<String> models,
    @Nullable PriorityClass priorityClass,
    @Nullable Duration deadline,
    @Nullable Limits limits,
    @Nullable QuotaFallback quotaFallback,
    Terms.@Nullable Reports reports,
    @Nullable Boolean detectLabels,
    @Nullable List<KeyEntry> keys,
    @Nullable List<CertificateEntry> clientCertificates,
    @Nullable List<TokenEntry> tokens) {

  /**
   * Whether the choice of words carries a mark. Words, as YAML 1.2 has no booleans but true and
   * false.
   */
  public enum Watermark {
    /** It does. */
    ON,
    /** It does not. */
    OFF
  }

  /** Checks ranges. */
  public ApplicationEntry {
    Ids.check("id", id);
    if (models != null && models.isEmpty()) {
      throw new IllegalArgumentException(
          "models: none (expected: at least one; leave the key out to allow all)");
    }
    if (deadline != null) {
      Expect.range("deadline", deadline, Duration.ofSeconds(1), Duration.ofDays(1));
    }
    keys = keys == null ? List.of() : List.copyOf(keys);
    clientCertificates = clientCertificates == null ? List.of() : List.copyOf(clientCertificates);
    tokens = tokens == null ? List.of() : List.copyOf(tokens);
  }

  @Override
  public List<KeyEntry> keys() {
    return Objects.requireNonNull(keys);
  }

  @Override
  public List<CertificateEntry> clientCertificates() {
    return Objects.requireNonNull(clientCertificates);
  }

  @Override
  public List<TokenEntry> tokens() {
    return Objects.requireNonNull(tokens);
  }

  /** Whether somebody can ask in its name. */
  boolean hasDoor() {
    return !keys().isEmpty() || !clientCertificates().isEmpty() || !tokens().isEmpty();
  }

  /** The application that this describes. */
  Application of(Agency agency) {
    Terms usual = Terms.STANDARD;
    return new Application(
        agency,
        id,
        limits == null ? Limits.NONE : limits,
        declaration,
        new Terms(
            models == null ? usual.models() : models,
            priorityClass == null ? usual.priorityClass() : priorityClass,
            deadline,
            notice == null ? usual.notice() : notice,
            watermark == null ? usual.watermark() : watermark == Watermark.ON,
            quotaFallback == null ? usual.quotaFallback() : quotaFallback,
            reports == null ? usual.reports() : reports,
            detectLabels == null ? usual.detectLabels() : detectLabels));
  }
}
