package kz.qaqpa.label.schema;

import java.util.List;
import java.util.Locale;
import kz.qaqpa.label.ContentLabel;
import kz.qaqpa.label.LocalText;
import kz.qaqpa.label.NoticePolicy;
import kz.qaqpa.label.Provenance;
import kz.qaqpa.label.Provenance.Ground;
import kz.qaqpa.language.Language;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Our own form, version 1; {@code docs/labels.md} lists its members. */
public final class V1Schema implements LabelSchema {
  private static final int VERSION = 1;

  @Override
  public String name() {
    return "v1";
  }

  @Override
  public String type() {
    return "content-label-v1+jws";
  }

  @Override
  public ObjectNode write(ContentLabel label) {
    Provenance provenance = label.provenance();
    ObjectNode members = JsonNodeFactory.instance.objectNode();
    members
        .put("v", VERSION)
        .put("id", label.id())
        .put("generated", true)
        .put("digitalSourceType", ContentLabel.DIGITAL_SOURCE_TYPE);
    names(members.putArray("ground"), provenance.ground().stream().map(V1Schema::tag).toList());
    names(members.putArray("articles"), provenance.ground().stream().map(Ground::article).toList());
    members.set("owner", text(provenance.owner()));
    members.set("holder", text(provenance.holder()));
    members
        .put("agency", provenance.agency())
        .put("app", provenance.application())
        .put("risk", tag(provenance.risk()))
        .put("autonomy", tag(provenance.autonomy()))
        .put("mode", tag(provenance.mode()))
        .put("model", label.model().id())
        .put("model_digest", label.model().digest())
        .put("produced_at", label.producedAt().toString());
    made(members, label);
    shown(members, label);
    if (label.development()) {
      members.put("development", true);
    }
    return members;
  }

  private static void made(ObjectNode members, ContentLabel label) {
    Language language = label.language();
    if (language != null) {
      members.put("language", language.tag());
    }
    List<ContentLabel.Content> content = label.content();
    if (content != null) {
      ArrayNode hashes = members.putArray("content");
      content.forEach(
          choice -> hashes.addObject().put("index", choice.index()).put("sha256", choice.sha256()));
    }
    ContentLabel.Watermark watermark = label.watermark();
    if (watermark == null) {
      members.putNull("watermark");
    } else {
      members
          .putObject("watermark")
          .put("scheme", watermark.scheme())
          .put("key_id", watermark.keyId());
    }
  }

  private static void shown(ObjectNode members, ContentLabel label) {
    members.set("notice", text(label.notice().text()));
    members.put("notice_policy", label.notice().policy().tag());
    optional(members, "agreement_url", label.provenance().agreementUrl());
    if (label.provenance().autonomy() == Provenance.Autonomy.HIGH) {
      optional(members, "human_review_url", label.provenance().humanReviewUrl());
    }
    optional(members, "previous", label.previous());
  }

  private static void optional(ObjectNode members, String name, @Nullable String value) {
    if (value != null) {
      members.put(name, value);
    }
  }

  private static void names(ArrayNode array, List<String> names) {
    names.forEach(array::add);
  }

  private static ObjectNode text(LocalText text) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("kk", text.kk())
        .put("ru", text.ru())
        .put("en", text.en());
  }

  private static String tag(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public ContentLabel read(ObjectNode members) {
    Members label = new Members(members, "");
    label.requireNumber("v", VERSION);
    label.requireTrue("generated");
    String language = label.optionalText("language");
    return new ContentLabel(
        label.text("id"),
        provenance(label),
        new ContentLabel.Model(label.text("model"), label.text("model_digest")),
        label.instant("produced_at"),
        language == null ? null : Language.of(language),
        content(label),
        watermark(label),
        new ContentLabel.Notice(
            label.tag("notice_policy", NoticePolicy.class), text(label.object("notice"))),
        label.optionalText("previous"),
        label.flag("development"));
  }

  private static Provenance provenance(Members label) {
    return new Provenance(
        label.text("agency"),
        label.text("app"),
        text(label.object("owner")),
        text(label.object("holder")),
        label.tag("risk", Provenance.Risk.class),
        label.tag("autonomy", Provenance.Autonomy.class),
        label.tag("mode", Provenance.Mode.class),
        label.tags("ground", Ground.class),
        label.optionalText("agreement_url"),
        label.optionalText("human_review_url"));
  }

  private static @Nullable List<ContentLabel.Content> content(Members label) {
    List<Members> choices = label.optionalObjects("content");
    return choices == null
        ? null
        : choices.stream()
            .map(choice -> new ContentLabel.Content(choice.number("index"), choice.text("sha256")))
            .toList();
  }

  private static ContentLabel.@Nullable Watermark watermark(Members label) {
    Members watermark = label.optionalObject("watermark");
    return watermark == null
        ? null
        : new ContentLabel.Watermark(watermark.text("scheme"), watermark.text("key_id"));
  }

  private static LocalText text(Members text) {
    return new LocalText(text.text("kk"), text.text("ru"), text.text("en"));
  }
}
