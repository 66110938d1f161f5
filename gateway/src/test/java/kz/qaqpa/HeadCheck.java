package kz.qaqpa;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kz.qaqpa.label.http.ContentDigest;
import kz.qaqpa.label.key.VerificationKey;
import kz.qaqpa.label.key.VerificationKeys;

/** Verifies the signature of a response's head as of RFC 9421, from what a client has of it. */
final class HeadCheck {
  private static final Pattern INPUT =
      Pattern.compile("qaqpa=(\\(([^)]*)\\);created=\\d+;keyid=\"([^\"]+)\";alg=\"[^\"]+\")");

  private HeadCheck() {}

  /** Whether it is one of these keys' signature of this head and, where it is covered, body. */
  static boolean verifies(HttpResponse<String> response, VerificationKeys keys) {
    Matcher input = INPUT.matcher(field(response, "signature-input"));
    assertThat(input.matches()).isTrue();
    StringBuilder base = new StringBuilder();
    for (String name : input.group(2).replace("\"", "").split(" ")) {
      base.append('"').append(name).append("\": ");
      base.append(name.equals("@status") ? "" + response.statusCode() : field(response, name));
      base.append('\n');
    }
    base.append("\"@signature-params\": ").append(input.group(1));
    if (input.group(2).contains("content-digest")) {
      assertThat(field(response, "content-digest"))
          .isEqualTo(ContentDigest.of(response.body().getBytes(StandardCharsets.UTF_8)));
    }
    assertThat(input.group(2)).contains("@status", "content-type", "ai-disclosure");
    String signature = field(response, "signature");
    VerificationKey key = keys.find(input.group(3));
    return key != null
        && key.verifies(
            base.toString().getBytes(StandardCharsets.ISO_8859_1),
            Base64.getDecoder()
                .decode(signature.substring("qaqpa=:".length(), signature.length() - 1)));
  }

  private static String field(HttpResponse<String> response, String name) {
    return String.join(", ", response.headers().allValues(name));
  }
}
