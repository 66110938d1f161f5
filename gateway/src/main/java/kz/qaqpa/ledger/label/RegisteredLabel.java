package kz.qaqpa.ledger.label;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import kz.qaqpa.ledger.UsageRecord;
import org.jspecify.annotations.Nullable;

/**
 * A label as the registry has it; members as in {@link kz.qaqpa.ledger.IssuedLabel}, but for the
 * hashes, which its payload has too.
 *
 * @param id a ULID
 * @param at when the making of its answer began
 * @param who who asked, and which model answered
 * @param risk of the application
 * @param notice who shows people that a machine answers
 * @param language tag of the answer's language
 * @param payload the label's JSON, byte for byte as it was signed
 * @param signature the JWS without its payload, or null if it could not be signed
 */
public record RegisteredLabel(
    String id,
    Instant at,
    UsageRecord.Who who,
    String risk,
    String notice,
    String language,
    String payload,
    @Nullable String signature) {

  /** The compact JWS (RFC 7515) with its payload, or null if it could not be signed. */
  public @Nullable String jws() {
    int dot = signature == null ? -1 : signature.indexOf('.');
    if (signature == null || dot < 0) {
      return null;
    }
    return signature.substring(0, dot + 1)
        + Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(payload.getBytes(StandardCharsets.UTF_8))
        + signature.substring(signature.indexOf('.', dot + 1));
  }
}
