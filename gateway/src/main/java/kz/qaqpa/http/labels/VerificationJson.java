package kz.qaqpa.http.labels;

import java.time.Instant;
import java.util.List;
import kz.qaqpa.label.ContentLabel;
import kz.qaqpa.label.LocalText;
import kz.qaqpa.label.verify.Finding;
import kz.qaqpa.label.verify.ScriptMixing;
import kz.qaqpa.label.verify.Tolerance;
import kz.qaqpa.label.verify.Verification;
import org.jspecify.annotations.Nullable;

/**
 * A verification as it is answered, name by name.
 *
 * @param verdict in short
 * @param why in words, or null
 * @param id and all up to {@code development}: of the label, null unless it is genuine
 * @param keyOver whether the key has retired since
 * @param registered whether the registry knows the label; null where nobody could say
 * @param edited readable members that were changed beside the signature
 * @param text what the text is; null unless the label is genuine
 */
record VerificationJson(
    String object,
    String verdict,
    @Nullable String why,
    @Nullable String id,
    @Nullable LocalText owner,
    @Nullable LocalText holder,
    @Nullable String agency,
    @Nullable String app,
    @Nullable String model,
    @Nullable Instant producedAt,
    boolean development,
    boolean keyOver,
    @Nullable Boolean registered,
    List<String> edited,
    @Nullable Text text) {

  /** What a text is. */
  record Text(
      @Nullable Integer index,
      String outcome,
      List<String> tolerances,
      List<ScriptMixing.Place> mixing,
      boolean lookalikesOnly,
      @Nullable String otherLabel) {

    static Text of(Finding finding) {
      return new Text(
          finding.index(),
          outcome(finding.outcome()),
          finding.tolerances().stream().map(Tolerance::tag).toList(),
          finding.mixing(),
          finding.lookalikesOnly(),
          finding.otherLabel());
    }

    private static String outcome(Finding.Outcome outcome) {
      return switch (outcome) {
        case SAME -> "same";
        case ALTERED -> "altered";
        case OTHER_CHOICE -> "other_choice";
        case OTHER_ANSWER -> "other_answer";
      };
    }
  }

  static VerificationJson of(Verification verification) {
    ContentLabel label = verification.label();
    return new VerificationJson(
        "label.verification",
        verification.verdict().tag(),
        verification.why().isEmpty() ? null : verification.why(),
        label == null ? null : label.id(),
        label == null ? null : label.provenance().owner(),
        label == null ? null : label.provenance().holder(),
        label == null ? null : label.provenance().agency(),
        label == null ? null : label.provenance().application(),
        label == null ? null : label.model().id(),
        label == null ? null : label.producedAt(),
        label != null && label.development(),
        verification.keyOver(),
        verification.registered(),
        verification.edited(),
        verification.findings().stream().findFirst().map(Text::of).orElse(null));
  }
}
