package kz.qaqpa.http.labels;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.label.TextHash;
import kz.qaqpa.label.verify.KnownLabels;
import kz.qaqpa.ledger.LedgerFailure;
import kz.qaqpa.ledger.db.DatabaseFailure;
import kz.qaqpa.ledger.label.LabelFilter;
import kz.qaqpa.ledger.label.LabelRegistry;
import kz.qaqpa.ledger.label.RegisteredLabel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The registry of labels for requests, which wait for it for so long and no longer: while it is
 * away they fail with {@link Refusal.Overloaded}. Any thread.
 */
public final class LabelLookup {
  private static final Logger LOG = LoggerFactory.getLogger(LabelLookup.class);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final LabelRegistry registry;

  public LabelLookup(LabelRegistry registry) {
    this.registry = registry;
  }

  /** The label of an id; empty if none is known. */
  public Mono<RegisteredLabel> find(String id) {
    return registry.find(id).timeout(PATIENCE).onErrorMap(LabelLookup::isAway, LabelLookup::away);
  }

  /** A label as it is answered to who may see what its request came to. */
  public Mono<LabelJson> whole(RegisteredLabel label) {
    return registry
        .record(label.id())
        .map(record -> LabelJson.of(label, LabelJson.Issued.of(label, record)))
        .defaultIfEmpty(LabelJson.of(label, LabelJson.Issued.of(label, null)))
        .timeout(PATIENCE)
        .onErrorMap(LabelLookup::isAway, LabelLookup::away);
  }

  /** Labels by time. */
  public Flux<RegisteredLabel> search(LabelFilter filter) {
    return registry.search(filter).onErrorMap(LabelLookup::isAway, LabelLookup::away);
  }

  /**
   * What is known of a label and of a text.
   *
   * @param labels null where nobody could say
   */
  record Said(@Nullable KnownLabels labels) {}

  /** A signature is worth something also while the registry is away: then this says so. */
  Mono<Said> said(String id, List<String> hashes) {
    Mono<String> payload =
        registry
            .find(id)
            .map(found -> TextHash.hex(found.payload().getBytes(StandardCharsets.UTF_8)))
            .defaultIfEmpty("");
    return Mono.zip(payload, registry.labelOf(hashes).defaultIfEmpty(""))
        .map(found -> new Said(new Found(id, found.getT1(), hashes, found.getT2())))
        .timeout(PATIENCE)
        .onErrorResume(
            LabelLookup::isAway,
            failure -> {
              away(failure);
              return Mono.just(new Said(null));
            });
  }

  /** What was looked up before somebody verifies. */
  private record Found(String id, String payload, List<String> hashes, String label)
      implements KnownLabels {
    @Override
    public @Nullable String payloadSha256(String asked) {
      return asked.equals(id) && !payload.isEmpty() ? payload : null;
    }

    @Override
    public @Nullable String labelOf(String contentSha256) {
      return hashes.contains(contentSha256) && !label.isEmpty() ? label : null;
    }
  }

  private static boolean isAway(Throwable failure) {
    return failure instanceof DatabaseFailure
        || failure instanceof LedgerFailure
        || failure instanceof TimeoutException;
  }

  private static Refusal away(Throwable failure) {
    LOG.warn("labels cannot be read now: {}", failure.getClass().getSimpleName());
    return new Refusal.Overloaded(
        "labels: the registry cannot be read now (expected: the database back)");
  }
}
