package kz.qaqpa.label.http;

import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import kz.qaqpa.label.AiDisclosure;
import kz.qaqpa.label.key.VerificationKey;
import kz.qaqpa.label.sign.LabelSigner;
import reactor.core.publisher.Mono;

/**
 * Signs heads of responses with model output: HTTP Message Signatures, RFC 9421. Any thread.
 *
 * <p>A whole body is covered by its {@code content-digest}. Of a stream only the head is: its text
 * is not known when the head is sent, and is covered by the label of its last event.
 */
public final class HeadSigner {
  /** The label of the signature in both fields. */
  static final String NAME = "qaqpa";

  /** What is signed where a response has it, in this order, after the status. */
  static final List<String> FIELDS =
      List.of(
          "content-type",
          ContentDigest.FIELD,
          AiDisclosure.HEADER.toLowerCase(java.util.Locale.ROOT),
          "x-request-id");

  private static final Pattern FOLD = Pattern.compile("\\s*\r?\n\\s+");

  private final InstantSource clock;

  /** A signer. */
  public HeadSigner(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Signs a head.
   *
   * @param seat the answer's
   * @param status of the response
   * @param fields values of a field by its name in lower case, in order; none if it is absent
   * @return two more fields, on another thread, or {@link kz.qaqpa.label.sign.SigningFailure}
   */
  public Mono<SignedHead> sign(
      LabelSigner.Seat seat, int status, Function<String, List<String>> fields) {
    List<String> names = new ArrayList<>();
    StringBuilder lines = new StringBuilder("\"@status\": ").append(status).append('\n');
    for (String name : FIELDS) {
      List<String> values = fields.apply(name);
      if (!values.isEmpty()) {
        names.add(name);
        lines.append('"').append(name).append("\": ").append(canonical(values)).append('\n');
      }
    }
    long created = clock.instant().getEpochSecond();
    return seat.sign(key -> base(lines, parameters(names, created, key)))
        .map(signature ->
            new SignedHead(
                NAME + "=" + parameters(names, created, signature.key()),
                NAME + "=:" + Base64.getEncoder().encodeToString(signature.bytes()) + ":"));
  }

  /** Section 2.1: values without white space around them and without folds, joined by commas. */
  private static String canonical(List<String> values) {
    return String.join(
        ", ", values.stream().map(value -> FOLD.matcher(value.strip()).replaceAll(" ")).toList());
  }

  /** Section 2.5, the last line. */
  private static byte[] base(CharSequence lines, String parameters) {
    return (lines + "\"@signature-params\": " + parameters).getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Section 2.3. */
  private static String parameters(List<String> names, long created, VerificationKey key) {
    StringBuilder text = new StringBuilder("(\"@status\"");
    names.forEach(name -> text.append(" \"").append(name).append('"'));
    return text.append(");created=")
        .append(created)
        .append(";keyid=\"")
        .append(key.id())
        .append("\";alg=\"")
        .append(key.algorithm().http())
        .append('"')
        .toString();
  }
}
