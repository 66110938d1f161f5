package kz.qaqpa.label.verify;

import org.jspecify.annotations.Nullable;

/**
 * What a registry of labels knows. Called by the thread that verifies, which may be an event loop:
 * whatever has to be waited for is looked up before, for {@link Reading.Genuine#label} and {@link
 * LabelVerifier#hashes}.
 */
public interface KnownLabels {
  /** Hash of the payload of the label that was issued under this id, or null if none is known. */
  @Nullable String payloadSha256(String id);

  /** Id of a label that was issued for a text of this hash, or null if none is known. */
  @Nullable String labelOf(String contentSha256);

  /** No registry. */
  static KnownLabels none() {
    return new KnownLabels() {
      @Override
      public @Nullable String payloadSha256(String id) {
        return null;
      }

      @Override
      public @Nullable String labelOf(String contentSha256) {
        return null;
      }
    };
  }
}
