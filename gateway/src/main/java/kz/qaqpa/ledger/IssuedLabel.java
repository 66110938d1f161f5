package kz.qaqpa.ledger;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The label of an answer of which text was delivered, as the registry of labels keeps it. No text
 * of prompts or answers.
 *
 * @param id a ULID; a label that is written twice counts once
 * @param at when the making of its answer began
 * @param who who asked, and which model answered
 * @param risk {@code minimal}, {@code medium} or {@code high}
 * @param notice who shows people that a machine answers: {@code append}, {@code prepend} or {@code
 *     client}
 * @param language tag of the answer's language
 * @param contentSha256 hash of the text of each choice, in order, 64 hexadecimal digits each
 * @param payload the label's JSON, byte for byte as it was signed
 * @param signature the JWS without its payload (RFC 7515, appendix F); null if it could not be
 *     signed
 */
public record IssuedLabel(
    String id,
    Instant at,
    UsageRecord.Who who,
    String risk,
    String notice,
    String language,
    List<String> contentSha256,
    String payload,
    @Nullable String signature) {

  /** Copies the list. */
  public IssuedLabel {
    contentSha256 = List.copyOf(contentSha256);
  }
}
