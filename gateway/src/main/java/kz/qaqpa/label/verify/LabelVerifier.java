package kz.qaqpa.label.verify;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import kz.qaqpa.label.ContentLabel;
import kz.qaqpa.label.TextHash;
import kz.qaqpa.label.key.VerificationKey;
import kz.qaqpa.label.key.VerificationKeys;
import kz.qaqpa.label.schema.LabelSchemas;
import org.jspecify.annotations.Nullable;

/**
 * Verifies labels and texts. What is said of an answer, and who answers for it, comes from the
 * signed payload only; the readable members beside it are a copy. Any thread. Takes some 25 hashes
 * of a text at most, three times as many where letters of another script are in its words: longer
 * texts do not belong on an event loop.
 */
public final class LabelVerifier {
  private final LabelReader reader;

  /**
   * A verifier.
   *
   * @param keys whose signatures count
   * @param schemas forms of labels that are understood
   */
  public LabelVerifier(VerificationKeys keys, LabelSchemas schemas) {
    this.reader = new LabelReader(keys, schemas);
  }

  /** Reads a label: its JSON, or its signature alone. Never throws, whatever the text. */
  public Reading read(String label) {
    return reader.read(label);
  }

  /**
   * Reads the payload of a label that the registry has and that could not be signed: what it says
   * is the registry's word. Never throws.
   */
  public Reading unsigned(byte[] payload) {
    return reader.unsigned(payload);
  }

  /** What is said of an id under which the registry has no label. */
  public static Verification unknown() {
    return Verification.refused(Verdict.UNKNOWN, "no label of this id is known");
  }

  /** Hashes of a text under which a registry may know the answer that it is. */
  public static List<String> hashes(String text) {
    return TextMatcher.plainHashes(text);
  }

  /** Verifies without a registry. */
  public Verification verify(String label, List<GivenText> texts, Instant now) {
    return judge(read(label), texts, null, now);
  }

  /**
   * Verifies texts against a label that was read.
   *
   * @param texts with none, the label alone is verified
   * @param known what the registry knows, or null without one
   */
  public Verification judge(
      Reading reading, List<GivenText> texts, @Nullable KnownLabels known, Instant now) {
    return switch (reading) {
      case Reading.Refused refused -> Verification.refused(refused.verdict(), refused.why());
      case Reading.Genuine genuine -> judge(genuine, texts, known, now);
    };
  }

  private static Verification judge(
      Reading.Genuine reading, List<GivenText> texts, @Nullable KnownLabels known, Instant now) {
    ContentLabel label = reading.label();
    VerificationKey key = reading.key();
    KnownLabels registry = known == null ? KnownLabels.none() : known;
    String issued = registry.payloadSha256(label.id());
    List<Finding> findings = texts.stream().map(text -> finding(label, text, registry)).toList();
    Verdict verdict;
    String why = key == null ? "not signed: the registry alone vouches for it" : "";
    if (key != null && !key.covers(label.producedAt())) {
      verdict = Verdict.EXPIRED_KEY;
      why = "its time, " + label.producedAt() + ", is not one of the key's";
    } else if (issued != null && !issued.equals(reading.payloadSha256())) {
      verdict = Verdict.REPLAYED_ID;
      why = "another label was issued under this id";
    } else {
      verdict = verdict(findings);
    }
    return new Verification(
        verdict,
        why,
        label,
        key != null && key.isOver(now),
        known == null ? null : issued != null,
        reading.edited(),
        findings);
  }

  private static Verdict verdict(List<Finding> findings) {
    Verdict verdict = Verdict.VALID;
    for (Finding finding : findings) {
      switch (finding.outcome()) {
        case SAME -> {
          // As good as those before.
        }
        case OTHER_ANSWER -> {
          return Verdict.WRONG_LABEL;
        }
        case ALTERED, OTHER_CHOICE -> verdict = Verdict.ALTERED;
      }
    }
    return verdict;
  }

  private static Finding finding(ContentLabel label, GivenText given, KnownLabels known) {
    Map<String, Integer> choices = new LinkedHashMap<>();
    for (ContentLabel.Content choice : Objects.requireNonNull(label.content())) {
      if (given.index() == null || given.index() == choice.index()) {
        choices.putIfAbsent(choice.sha256(), choice.index());
      }
    }
    TextMatcher matcher = new TextMatcher(given.text());
    TextMatcher.Match match = matcher.find(choices.keySet(), label.notice());
    if (match != null) {
      return Finding.same(Objects.requireNonNull(choices.get(match.sha256())), match.tolerances());
    }
    Integer index = given.index();
    if (index == null && choices.size() == 1) {
      index = choices.values().iterator().next();
    }
    return stranger(label, given.text(), index, choices.keySet(), known);
  }

  /** A text that is not the choice that it is said to be. */
  private static Finding stranger(
      ContentLabel label,
      String text,
      @Nullable Integer index,
      Set<String> wanted,
      KnownLabels known) {
    List<String> hashes = hashes(text);
    for (ContentLabel.Content choice : Objects.requireNonNull(label.content())) {
      if (index != null && hashes.contains(choice.sha256())) {
        return Finding.otherChoice(index);
      }
    }
    for (String hash : hashes) {
      String other = known.labelOf(hash);
      if (other != null && !other.equals(label.id())) {
        return Finding.otherAnswer(index, other);
      }
    }
    List<ScriptMixing.Place> mixing = ScriptMixing.find(text);
    return Finding.altered(
        index, mixing, !mixing.isEmpty() && isUnified(text, label.notice(), wanted));
  }

  private static boolean isUnified(String text, ContentLabel.Notice notice, Set<String> wanted) {
    List<String> tries = new ArrayList<>();
    tries.add(ScriptMixing.unify(text, false));
    tries.add(ScriptMixing.unify(text, true));
    return tries.stream()
        .distinct()
        .anyMatch(unified ->
            wanted.contains(TextHash.of(unified))
                || new TextMatcher(unified).find(wanted, notice) != null);
  }
}
