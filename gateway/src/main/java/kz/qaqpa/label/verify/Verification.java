package kz.qaqpa.label.verify;

import java.util.List;
import kz.qaqpa.label.ContentLabel;
import org.jspecify.annotations.Nullable;

/**
 * What became of a verification. All but the verdict is for people.
 *
 * @param verdict in short
 * @param why in words, where the label itself is at fault or not signed; else empty
 * @param label what was signed, and who answers for it; null unless a known key has signed it or
 *     the registry has it
 * @param keyOver whether the key has retired since: the label is as good as before
 * @param registered whether the registry knows the label; null without a registry
 * @param edited readable members that were changed beside the signature; they count for nothing
 * @param findings about each text, in the order given; empty if none was given
 */
public record Verification(
    Verdict verdict,
    String why,
    @Nullable ContentLabel label,
    boolean keyOver,
    @Nullable Boolean registered,
    List<String> edited,
    List<Finding> findings) {

  static Verification refused(Verdict verdict, String why) {
    return new Verification(verdict, why, null, false, null, List.of(), List.of());
  }

  /** Whether the label is genuine and all texts that were given are its own. */
  public boolean isValid() {
    return verdict == Verdict.VALID;
  }
}
