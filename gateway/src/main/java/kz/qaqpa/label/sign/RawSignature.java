package kz.qaqpa.label.sign;

import kz.qaqpa.label.key.VerificationKey;

/**
 * A signature of bytes.
 *
 * @param key the public half of the key that made it
 * @param bytes 64 of them
 */
@SuppressWarnings("ArrayRecordComponent") // Written out once.
public record RawSignature(VerificationKey key, byte[] bytes) {}
