package kz.qaqpa.label.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import kz.qaqpa.label.ContentLabel;
import kz.qaqpa.label.LabelSamples;
import kz.qaqpa.label.NoticePolicy;
import kz.qaqpa.label.Provenance;
import kz.qaqpa.label.TextHash;
import kz.qaqpa.language.Language;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class LabelSchemaTest {
  private static final LabelSchemas INSTALLED = LabelSchemas.installed();
  private static final LabelSchema V1 = INSTALLED.named("v1");

  @Test
  void version1() {
    ContentLabel label = LabelSamples.label("Астана");
    assertThat(V1.write(label))
        .isEqualTo(
            JsonMapper.shared()
                .readTree(
                    """
                    {"v":1,"id":"%s","generated":true,
                     "digitalSourceType":"http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
                     "ground":["service_notice","synthetic_result"],"articles":["21(1)","21(2)"],
                     "owner":{"kk":"Қаржы министрлігі","ru":"Министерство финансов","en":"Ministry of Finance"},
                     "holder":{"kk":"Қаржы министрлігі","ru":"Министерство финансов","en":"Ministry of Finance"},
                     "agency":"minfin","app":"tax-chat","risk":"medium","autonomy":"low","mode":"open",
                     "model":"kaz-mini","model_digest":"sha256:0123456789abcdef",
                     "produced_at":"2026-12-01T09:00:00Z","language":"kk",
                     "content":[{"index":0,"sha256":"%s"}],
                     "watermark":{"scheme":"gumbel-philox4x32-10-v1","key_id":"5f3a"},
                     "notice":{"kk":"%s","ru":"%s","en":"%s"},"notice_policy":"append",
                     "agreement_url":"https://minfin.example.kz/agreement"}
                    """
                        .formatted(
                            label.id(),
                            TextHash.of("Астана"),
                            label.notice().text().kk(),
                            label.notice().text().ru(),
                            label.notice().text().en())));
  }

  @Test
  void thereAndBack() {
    for (LabelSchema schema : INSTALLED.all()) {
      for (ContentLabel label :
          List.of(
              LabelSamples.label("а", "б"),
              bare(),
              full(),
              LabelSamples.label(NoticePolicy.CLIENT))) {
        assertThat(schema.read(schema.write(label))).isEqualTo(label);
      }
    }
  }

  @Test
  void theFirstEventsLabelHasNoContent() {
    JsonNode members = V1.write(bare());
    assertThat(members.has("content")).isFalse();
    assertThat(members.has("language")).isFalse();
    assertThat(members.get("watermark").isNull()).isTrue();
    assertThat(members.has("agreement_url")).isFalse();
  }

  @Test
  void theReviewByAHuman_andDevelopment() {
    JsonNode members = V1.write(full());
    assertThat(members.get("human_review_url").stringValue()).isEqualTo("https://a.kz/review");
    assertThat(members.get("development").booleanValue()).isTrue();
    assertThat(members.get("previous").stringValue()).isEqualTo("01ARYZ6S41TSV4RRFFQ69G5FAV");
  }

  @Test
  void gb45438BesideIt() {
    ContentLabel label = LabelSamples.label("а");
    ObjectNode members = INSTALLED.named("v1-aigc").write(label);
    assertThat(members.remove("aigc"))
        .isEqualTo(
            JsonMapper.shared()
                .readTree(
                    """
                    {"Label":"1","ContentProducer":"Ministry of Finance","ProduceID":"%s",
                     "ReservedCode1":"","ContentPropagator":"","PropagateID":"","ReservedCode2":""}
                    """
                        .formatted(label.id())));
    assertThat(members).isEqualTo(V1.write(label));
  }

  /** As a form that the regulator prescribes would come: names of its own, nothing else touched. */
  @Test
  void anotherFormIsAClassOfItsOwn() {
    List<LabelSchema> all = new ArrayList<>(INSTALLED.all());
    all.add(new Prescribed());
    LabelSchemas schemas = new LabelSchemas(all);
    ContentLabel label = LabelSamples.label("а");
    LabelSchema form = schemas.named("prescribed");
    assertThat(schemas.typed("prescribed+jws")).isSameAs(form);
    assertThat(form.write(label).get("белгі").stringValue()).isEqualTo(label.id());
    assertThat(form.read(form.write(label))).isEqualTo(label);
  }

  @Test
  void namesAndTypesAreUnique() {
    assertThatThrownBy(() -> INSTALLED.named("202"))
        .hasMessage("labels.schema: 202 (expected: one of [v1, v1-aigc])");
    assertThat(INSTALLED.typed(null)).isNull();
    assertThat(INSTALLED.typed("JWT")).isNull();
    assertThatThrownBy(() -> new LabelSchemas(List.of(new V1Schema(), new V1Schema())))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void whatIsMissingOrMalformedIsNamed() {
    Map<String, String> wrong =
        Map.of(
            "v", "2",
            "generated", "false",
            "id", "\"x\"",
            "owner", "\"x\"",
            "risk", "\"none\"",
            "produced_at", "\"yesterday\"",
            "content", "[{\"index\":0,\"sha256\":\"00\"}]",
            "notice_policy", "7",
            "ground", "[]");
    wrong.forEach((name, value) -> {
      ObjectNode members = V1.write(LabelSamples.label("а"));
      members.set(name, JsonMapper.shared().readTree(value));
      assertThatThrownBy(() -> V1.read(members))
          .as(name)
          .isInstanceOf(IllegalArgumentException.class)
          .message()
          .startsWith(name.equals("content") ? "sha256" : name);
    });
    ObjectNode empty = JsonNodeFactory.instance.objectNode();
    assertThatThrownBy(() -> V1.read(empty)).hasMessage("v: absent (expected: a whole number)");
  }

  private static ContentLabel bare() {
    ContentLabel label = LabelSamples.label();
    return new ContentLabel(
        label.id(),
        Provenance.undeclared("sandbox", "development", LabelSamples.NAME),
        label.model(),
        label.producedAt(),
        null,
        null,
        null,
        label.notice(),
        null,
        false);
  }

  private static ContentLabel full() {
    ContentLabel label = LabelSamples.label("а");
    Provenance decides =
        new Provenance(
            "minfin",
            "decisions",
            LabelSamples.NAME,
            LabelSamples.NAME,
            Provenance.Risk.HIGH,
            Provenance.Autonomy.HIGH,
            Provenance.Mode.CLOSED,
            List.of(Provenance.Ground.SERVICE_NOTICE),
            null,
            "https://a.kz/review");
    return new ContentLabel(
        label.id(),
        decides,
        label.model(),
        label.producedAt(),
        Language.OTHER,
        label.content(),
        label.watermark(),
        label.notice(),
        "01ARYZ6S41TSV4RRFFQ69G5FAV",
        true);
  }

  private static final class Prescribed implements LabelSchema {
    private final LabelSchema ours = new V1Schema();

    @Override
    public String name() {
      return "prescribed";
    }

    @Override
    public String type() {
      return "prescribed+jws";
    }

    @Override
    public ObjectNode write(ContentLabel label) {
      ObjectNode members = JsonNodeFactory.instance.objectNode().put("белгі", label.id());
      members.set("мәлімет", ours.write(label));
      return members;
    }

    @Override
    public ContentLabel read(ObjectNode members) {
      return ours.read((ObjectNode) members.get("мәлімет"));
    }
  }
}
