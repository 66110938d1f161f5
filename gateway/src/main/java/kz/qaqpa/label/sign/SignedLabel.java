package kz.qaqpa.label.sign;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import kz.qaqpa.label.ContentLabel;

/**
 * A label with its signature.
 *
 * @param label what was signed
 * @param jws the signature, a compact JWS (RFC 7515) whose payload is the label
 * @param json the member {@code content_label} as it is sent: the label's members, then {@code
 *     jws}; a JSON object in UTF-8, not to be changed
 * @param payloadSha256 hash of the payload, 64 hexadecimal digits, for the registry of labels
 */
@SuppressWarnings("ArrayRecordComponent") // Copied into an answer once, as it is.
public record SignedLabel(ContentLabel label, String jws, byte[] json, String payloadSha256) {

  /** What was signed: a JSON object, byte for byte. */
  public String payload() {
    String encoded = jws.substring(jws.indexOf('.') + 1, jws.lastIndexOf('.'));
    return new String(Base64.getUrlDecoder().decode(encoded), StandardCharsets.UTF_8);
  }

  /** The signature without its payload (RFC 7515, appendix F). */
  public String detached() {
    return jws.substring(0, jws.indexOf('.') + 1) + jws.substring(jws.lastIndexOf('.'));
  }
}
