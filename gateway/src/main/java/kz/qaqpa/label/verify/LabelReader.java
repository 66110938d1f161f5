package kz.qaqpa.label.verify;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import kz.qaqpa.label.ContentLabel;
import kz.qaqpa.label.TextHash;
import kz.qaqpa.label.key.VerificationKey;
import kz.qaqpa.label.key.VerificationKeys;
import kz.qaqpa.label.schema.LabelSchema;
import kz.qaqpa.label.schema.LabelSchemas;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Labels of strangers, as JSON or as the bare signature, to what a known key has signed. Keys and
 * addresses in the signature's own header are never looked at. Any thread.
 */
final class LabelReader {
  private static final int LONGEST = 1 << 16;
  private static final String JWS = "jws";

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(16).build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .build();

  private final VerificationKeys keys;
  private final LabelSchemas schemas;

  LabelReader(VerificationKeys keys, LabelSchemas schemas) {
    this.keys = keys;
    this.schemas = schemas;
  }

  Reading read(String label) {
    if (label.length() > LONGEST) {
      return notALabel(label.length() + " characters (expected: at most " + LONGEST + ")");
    }
    String text = label.strip();
    if (!text.startsWith("{")) {
      return signature(text, null);
    }
    ObjectNode members = object(text);
    if (members == null) {
      return notALabel("malformed JSON (expected: an object)");
    }
    JsonNode jws = members.remove(JWS);
    if (jws == null) {
      return notALabel("no member jws (expected: the label of an answer that has ended)");
    }
    return jws.isString()
        ? signature(jws.stringValue(), members)
        : notALabel("jws: no text (expected: a compact JWS)");
  }

  /** A payload that the registry has without a signature: it does not say of which form it is. */
  Reading unsigned(byte[] payload) {
    Reading reading = notALabel("no form of labels");
    for (LabelSchema schema : schemas.all()) {
      reading = payload(payload, schema, null, null);
      if (reading instanceof Reading.Genuine) {
        return reading;
      }
    }
    return reading;
  }

  private Reading signature(String compact, @Nullable ObjectNode readable) {
    JWSObject jws;
    try {
      jws = JWSObject.parse(compact);
    } catch (ParseException | IllegalArgumentException e) {
      return notALabel("malformed signature (expected: a compact JWS of RFC 7515)");
    }
    JWSHeader header = jws.getHeader();
    String id = header.getKeyID();
    if (id == null || header.getCriticalParams() != null || !header.isBase64URLEncodePayload()) {
      return notALabel("a signature of another kind (expected: kid, and neither crit nor b64)");
    }
    VerificationKey key = keys.find(id);
    if (key == null) {
      return new Reading.Refused(
          Verdict.UNKNOWN_KEY, "the signature names a key that is not among the known ones");
    }
    if (!header.getAlgorithm().getName().equals(key.algorithm().jws())
        || !key.verifies(jws.getSigningInput(), jws.getSignature().decode())) {
      return new Reading.Refused(
          Verdict.BAD_SIGNATURE, "the signature is not that of this label by the key it names");
    }
    String type = header.getType() == null ? null : header.getType().getType();
    return payload(jws.getPayload().toBytes(), schemas.typed(type), key, readable);
  }

  private static Reading payload(
      byte[] payload,
      @Nullable LabelSchema schema,
      @Nullable VerificationKey key,
      @Nullable ObjectNode readable) {
    ObjectNode signed = object(new String(payload, StandardCharsets.UTF_8));
    if (schema == null || signed == null) {
      return notALabel("a signature of something else (expected: typ of a known form of labels)");
    }
    try {
      ContentLabel label = schema.read(signed);
      if (label.content() == null) {
        return notALabel("content: absent (expected: the label of an answer that has ended)");
      }
      List<String> edited = readable == null ? List.of() : differences(signed, readable);
      return new Reading.Genuine(label, key, TextHash.hex(payload), edited);
    } catch (IllegalArgumentException e) {
      return notALabel(String.valueOf(e.getMessage()));
    }
  }

  /** Names of members that only one has, or that differ. */
  private static List<String> differences(ObjectNode signed, ObjectNode readable) {
    TreeSet<String> names = new TreeSet<>(signed.propertyNames());
    names.addAll(readable.propertyNames());
    List<String> different = new ArrayList<>();
    for (String name : names) {
      if (!Objects.equals(signed.get(name), readable.get(name))) {
        different.add(name);
      }
    }
    return different;
  }

  private static @Nullable ObjectNode object(String json) {
    try {
      return JSON.readTree(json) instanceof ObjectNode object ? object : null;
    } catch (JacksonException e) {
      return null;
    }
  }

  private static Reading notALabel(String why) {
    return new Reading.Refused(Verdict.NOT_A_LABEL, why);
  }
}
