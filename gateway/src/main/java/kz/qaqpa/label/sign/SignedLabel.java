package kz.qaqpa.label.sign;

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
public record SignedLabel(ContentLabel label, String jws, byte[] json, String payloadSha256) {}
