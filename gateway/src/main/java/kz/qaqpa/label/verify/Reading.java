package kz.qaqpa.label.verify;

import java.util.List;
import kz.qaqpa.label.ContentLabel;
import kz.qaqpa.label.key.VerificationKey;
import org.jspecify.annotations.Nullable;

/** A label as it was read, before any text is looked at. */
public sealed interface Reading {

  /**
   * A label that a known key has signed, or that the registry has.
   *
   * @param label what was signed: the only source of who answers
   * @param key who signed; null where nobody did and the registry alone vouches for it
   * @param payloadSha256 hash of what was signed
   * @param edited readable members that are not as they were signed
   */
  record Genuine(
      ContentLabel label, @Nullable VerificationKey key, String payloadSha256, List<String> edited)
      implements Reading {}

  /**
   * Something else.
   *
   * @param verdict what it is instead
   * @param why in words
   */
  record Refused(Verdict verdict, String why) implements Reading {}
}
