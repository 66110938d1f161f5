package kz.qaqpa.label.http;

/**
 * The two fields of RFC 9421 that are added to a head.
 *
 * @param input value of {@code Signature-Input}
 * @param signature value of {@code Signature}
 */
public record SignedHead(String input, String signature) {
  /** Name of the field that says what was signed. */
  public static final String INPUT_FIELD = "signature-input";

  /** Name of the field with the signature. */
  public static final String SIGNATURE_FIELD = "signature";
}
