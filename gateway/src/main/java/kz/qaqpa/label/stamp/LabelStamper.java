package kz.qaqpa.label.stamp;

import java.time.Instant;
import kz.qaqpa.batching.mark.Watermark;
import kz.qaqpa.label.ContentLabel;
import kz.qaqpa.label.NoticePolicy;
import kz.qaqpa.label.Provenance;
import kz.qaqpa.label.Ulid;
import kz.qaqpa.label.notice.NoticePlacement;
import kz.qaqpa.label.notice.Notices;
import kz.qaqpa.label.sign.LabelSigner;
import kz.qaqpa.language.Language;
import kz.qaqpa.watermark.WatermarkKeys;
import org.jspecify.annotations.Nullable;

/** Labels the answers of one model. Any thread. */
public final class LabelStamper {
  /** The mark in the choice of words: Gumbel-max by vLLM's generator, sixteen keys. */
  private static final String SCHEME = "gumbel-philox4x32-10-v1";

  private final ContentLabel.Model model;
  private final Notices notices;
  private final Language fallback;
  private final LabelSigner signer;
  private final WatermarkKeys watermark;
  private final boolean development;

  /**
   * A stamper.
   *
   * @param model what answers
   * @param fallback language of notices where a text is in none of the three
   * @param watermark the keys of the mark in the choice of words
   * @param development whether the signer's keys are for development
   */
  public LabelStamper(
      ContentLabel.Model model,
      Notices notices,
      Language fallback,
      LabelSigner signer,
      WatermarkKeys watermark,
      boolean development) {
    this.model = model;
    this.notices = notices;
    this.fallback = fallback;
    this.signer = signer;
    this.watermark = watermark;
    this.development = development;
  }

  /** What a model said, without the notices that were shown before or after it. */
  public String strip(String message) {
    return notices.strip(message);
  }

  /** How the words of a request with this seed are chosen. */
  public Watermark watermark(long seed) {
    return watermark.watermark(seed);
  }

  /**
   * An answer that is about to begin.
   *
   * @param provenance of the application that asks
   * @param policy who shows the notice; {@code CLIENT} also where the answer has to be JSON, or is
   *     a prompt that is continued
   * @param choices how many it has
   * @param question language of the last message of the user
   * @param begun when its making begins
   * @param marked whether its words are chosen by the watermark
   * @param previous id of the label of the answer before in the conversation, or null
   */
  public record Beginning(
      Provenance provenance,
      NoticePolicy policy,
      int choices,
      Language question,
      Instant begun,
      boolean marked,
      @Nullable String previous) {}

  /**
   * The stamp of an answer, to be closed when the answer has ended, however it did.
   *
   * @throws kz.qaqpa.label.sign.SigningFailure if it could not be signed in the end: it must not
   *     begin
   */
  public Stamp begin(Beginning answer) {
    NoticePlacement placement =
        new NoticePlacement(
            answer.policy(), notices.text(answer.provenance().agreementUrl()), fallback);
    ContentLabel label =
        new ContentLabel(
            Ulid.next(answer.begun()),
            answer.provenance(),
            model,
            answer.begun(),
            null,
            null,
            answer.marked() ? new ContentLabel.Watermark(SCHEME, watermark.id()) : null,
            new ContentLabel.Notice(placement.policy(), placement.text()),
            answer.previous(),
            development);
    return new Stamp(label, placement, answer, signer);
  }
}
