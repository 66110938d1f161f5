package kz.qaqpa.label.sign;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import kz.qaqpa.label.ContentLabel;
import kz.qaqpa.label.TextHash;
import kz.qaqpa.label.key.SigningKey;
import kz.qaqpa.label.schema.LabelSchema;
import tools.jackson.databind.json.JsonMapper;

/** Labels to bytes, without and with their signature. Functions only. */
public final class LabelJson {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private LabelJson() {}

  /** A label without a signature: that of a stream's beginning, which proves nothing. */
  public static byte[] unsigned(LabelSchema schema, ContentLabel label) {
    return JSON.writeValueAsBytes(schema.write(label));
  }

  /** Signs. May take long. */
  static SignedLabel sign(SigningKey key, LabelSchema schema, ContentLabel label) {
    byte[] payload = unsigned(schema, label);
    String signed =
        BASE64.encodeToString(header(key, schema)) + '.' + BASE64.encodeToString(payload);
    byte[] signature = key.sign(signed.getBytes(StandardCharsets.US_ASCII));
    String jws = signed + '.' + BASE64.encodeToString(signature);
    return new SignedLabel(label, jws, withSignature(payload, jws), TextHash.hex(payload));
  }

  /** Ids and names of types are letters, digits, - and _: nothing to escape. */
  private static byte[] header(SigningKey key, LabelSchema schema) {
    String header =
        "{\"alg\":\""
            + key.half().algorithm().jws()
            + "\",\"kid\":\""
            + key.half().id()
            + "\",\"typ\":\""
            + schema.type()
            + "\"}";
    return header.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] withSignature(byte[] payload, String jws) {
    byte[] member = (",\"jws\":\"" + jws + "\"}").getBytes(StandardCharsets.US_ASCII);
    byte[] json = Arrays.copyOf(payload, payload.length - 1 + member.length);
    System.arraycopy(member, 0, json, payload.length - 1, member.length);
    return json;
  }
}
