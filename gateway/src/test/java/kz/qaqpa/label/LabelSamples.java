package kz.qaqpa.label;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import kz.qaqpa.config.ConfigLoader;
import kz.qaqpa.label.key.KeyRing;
import kz.qaqpa.label.key.LabelKeys;
import kz.qaqpa.label.key.SampleKeys;
import kz.qaqpa.label.key.SigningKey;
import kz.qaqpa.label.notice.Notices;
import kz.qaqpa.label.schema.LabelSchema;
import kz.qaqpa.label.schema.LabelSchemas;
import kz.qaqpa.label.sign.LabelSigner;
import kz.qaqpa.label.sign.SignedLabel;
import kz.qaqpa.language.Language;
import kz.qaqpa.watermark.WatermarkKeys;

/** Labels, keys and signers that tests share. */
public final class LabelSamples {
  /** A moment. */
  public static final Instant NOW = Instant.parse("2026-12-01T09:00:00Z");

  /** What a citizen was told. */
  public static final String TEXT = "Құжаттар қабылданды: жеке куәлік, өтініш және тіркеу.";

  /** An agency's name. */
  public static final LocalText NAME =
      new LocalText("Қаржы министрлігі", "Министерство финансов", "Ministry of Finance");

  /** Keys of a watermark. */
  public static final WatermarkKeys WATERMARK = WatermarkKeys.of(new byte[WatermarkKeys.BYTES]);

  private LabelSamples() {}

  /** The shipped notices. */
  public static Notices notices() {
    try {
      Path empty = java.nio.file.Files.createTempDirectory("qaqpa-config");
      Notices notices = Notices.load(ConfigLoader.load(empty, java.util.Map.of()));
      java.nio.file.Files.delete(empty);
      return notices;
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** An application of low risk. */
  public static Provenance provenance() {
    return new Provenance(
        "minfin",
        "tax-chat",
        NAME,
        NAME,
        Provenance.Risk.MEDIUM,
        Provenance.Autonomy.LOW,
        Provenance.Mode.OPEN,
        List.of(Provenance.Ground.SERVICE_NOTICE, Provenance.Ground.SYNTHETIC_RESULT),
        "https://minfin.example.kz/agreement",
        null);
  }

  /** A label of an answer with these choices, whose notice is added at the end. */
  public static ContentLabel label(String... choices) {
    return label(NoticePolicy.APPEND, choices);
  }

  /** The same with another policy. */
  public static ContentLabel label(NoticePolicy policy, String... choices) {
    List<ContentLabel.Content> content = new ArrayList<>();
    for (String choice : choices) {
      content.add(new ContentLabel.Content(content.size(), TextHash.of(choice)));
    }
    return new ContentLabel(
        Ulid.next(NOW),
        provenance(),
        new ContentLabel.Model("kaz-mini", "sha256:0123456789abcdef"),
        NOW,
        Language.KK,
        content,
        new ContentLabel.Watermark("gumbel-philox4x32-10-v1", "5f3a"),
        new ContentLabel.Notice(policy, notices().text("https://minfin.example.kz/agreement")),
        null,
        false);
  }

  /** The form of a name. */
  public static LabelSchema schema(String name) {
    return LabelSchemas.installed().named(name);
  }

  /** Signs a label in version 1. */
  public static SignedLabel sign(SigningKey key, ContentLabel label) {
    return sign(key, label, "v1");
  }

  /** Signs a label. */
  public static SignedLabel sign(SigningKey key, ContentLabel label, String schema) {
    try (LabelSigner signer = signer(new KeyRing(List.of(key), List.of()), schema);
        LabelSigner.Seat seat = signer.seat()) {
      return Objects.requireNonNull(seat.sign(label).block(Duration.ofSeconds(20)));
    }
  }

  /** A signer with room for some answers, at {@link #NOW}. */
  public static LabelSigner signer(KeyRing ring, String schema) {
    return new LabelSigner(
        ring, schema(schema), 1, 16, Duration.ofSeconds(10), InstantSource.fixed(NOW));
  }

  /** Keys of a gateway that was just installed. */
  public static LabelKeys ownKeys(Path state) {
    return LabelKeys.load(SampleKeys.settings(List.of()), state, "127.0.0.1", true, NOW);
  }
}
