package kz.qaqpa.label;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import kz.qaqpa.label.http.ContentDigest;
import kz.qaqpa.label.http.HeadSigner;
import kz.qaqpa.label.http.SignedHead;
import kz.qaqpa.label.key.KeyRing;
import kz.qaqpa.label.key.SampleKeys;
import kz.qaqpa.label.key.SigningKey;
import kz.qaqpa.label.sign.LabelSigner;
import kz.qaqpa.sdk.NodeClients;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What the packages jose, structured-headers and http-message-signatures of npm say of ours. */
@Tag("node")
class NodeLabelTest {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final List<String> TEXTS =
      List.of(LabelSamples.TEXT, "и\u0306 \u1100\u1161 e\u0301\u0323", "");

  @Test
  void theyAgree() throws Exception {
    SigningKey ed = SampleKeys.ed25519(LabelSamples.NOW, null);
    SigningKey ec = SampleKeys.p256();
    ObjectNode sample = JSON.createObjectNode();
    sample.set("jwks", JSON.readTree(new KeyRing(List.of(ed, ec), List.of()).jwks()));
    ArrayNode labels = sample.putArray("labels");
    ArrayNode heads = sample.putArray("heads");
    for (SigningKey key : List.of(ed, ec)) {
      ContentLabel label = LabelSamples.label(TEXTS.toArray(new String[0]));
      ObjectNode entry = labels.addObject();
      entry.set("label", JSON.readTree(LabelSamples.sign(key, label).json()));
      TEXTS.forEach(entry.withArray("texts")::add);
      heads.add(head(key));
    }
    Instant date = Instant.ofEpochSecond(1_790_000_000);
    sample.put("disclosure", new AiDisclosure("a\"b\\c").value("minfin", date));
    Path folder = NodeClients.folder();
    Files.write(folder.resolve("label-sample.json"), JSON.writeValueAsBytes(sample));
    NodeClients.finish("label", NodeClients.run(folder.resolve("label.mjs"), "", ""), 180);
  }

  private static ObjectNode head(SigningKey key) {
    byte[] body = "{}".getBytes(StandardCharsets.UTF_8);
    Map<String, String> fields =
        Map.of(
            "content-type",
            "application/json",
            "content-digest",
            ContentDigest.of(body),
            "ai-disclosure",
            new AiDisclosure("kaz-mini").value("minfin", LabelSamples.NOW),
            "x-request-id",
            "req-1");
    try (LabelSigner signer = LabelSamples.signer(new KeyRing(List.of(key), List.of()), "v1");
        LabelSigner.Seat seat = signer.seat()) {
      SignedHead signed =
          Objects.requireNonNull(
              new HeadSigner(InstantSource.fixed(LabelSamples.NOW))
                  .sign(
                      seat,
                      200,
                      name -> {
                        String value = fields.get(name);
                        return value == null ? List.of() : List.of(value);
                      })
                  .block(Duration.ofSeconds(20)));
      ObjectNode head = JSON.createObjectNode().put("status", 200);
      ObjectNode headers = head.putObject("headers");
      fields.forEach(headers::put);
      headers.put(SignedHead.INPUT_FIELD, signed.input());
      headers.put(SignedHead.SIGNATURE_FIELD, signed.signature());
      return head;
    }
  }
}
