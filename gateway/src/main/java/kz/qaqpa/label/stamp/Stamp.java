package kz.qaqpa.label.stamp;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.label.ContentLabel;
import kz.qaqpa.label.TextHash;
import kz.qaqpa.label.notice.NoticePlacement;
import kz.qaqpa.label.schema.LabelSchema;
import kz.qaqpa.label.sign.LabelJson;
import kz.qaqpa.label.sign.LabelSigner;
import kz.qaqpa.label.sign.SignedLabel;
import kz.qaqpa.language.Language;
import reactor.core.publisher.Mono;

/**
 * The label of one answer in the making: hashes what is delivered, says which words of the notice
 * are to be delivered too, and gets itself signed. Confined to the answer's event loop.
 *
 * <pre>
 * of each choice   begin, text for each piece of it, end
 * of the answer    opening at its start, complete once and sign, when its choices have ended or it was cut off
 * </pre>
 */
public final class Stamp implements AutoCloseable {
  private final ContentLabel label;
  private final NoticePlacement placement;
  private final Language question;
  private final LabelSigner.Seat seat;
  private final LabelSchema schema;
  private final byte[] opening;
  private final List<TextHash> hashes = new ArrayList<>();
  private final boolean[] said;
  private boolean delivered;

  Stamp(
      ContentLabel label,
      NoticePlacement placement,
      LabelStamper.Beginning answer,
      LabelSigner signer) {
    this.label = label;
    this.placement = placement;
    this.question = answer.question();
    this.schema = signer.schema();
    this.opening = LabelJson.unsigned(schema, label);
    this.said = new boolean[answer.choices()];
    for (int i = 0; i < answer.choices(); i++) {
      hashes.add(new TextHash());
    }
    this.seat = signer.seat(); // Last: nothing after it may fail.
  }

  /** The label's id. */
  public String id() {
    return label.id();
  }

  /** What of the label is known at the beginning. */
  public ContentLabel label() {
    return label;
  }

  /**
   * The member {@code content_label} of a stream's first event: the label as far as it is known,
   * without hashes and signature. A JSON object in UTF-8, not to be changed.
   */
  public byte[] opening() {
    return opening;
  }

  /** Signs the head of the response, where that is wanted. */
  public LabelSigner.Seat seat() {
    return seat;
  }

  /**
   * A choice begins.
   *
   * @return what is to be delivered before its first piece, possibly nothing; it is hashed already
   */
  public String begin(int choice) {
    return hashed(choice, placement.opening(question));
  }

  /** A piece of a choice is delivered, as it is. */
  public void text(int choice, String piece) {
    said[choice] |= !piece.isEmpty();
    hashed(choice, piece);
  }

  /**
   * A choice ends by itself.
   *
   * @param answer the language of what the model said
   * @return what is to be delivered after its last piece and before its end, possibly nothing; it
   *     is hashed already
   */
  public String end(int choice, Language answer) {
    return hashed(choice, placement.closing(answer, said[choice]));
  }

  private String hashed(int choice, String text) {
    delivered |= !text.isEmpty();
    hashes.get(choice).update(text);
    return text;
  }

  /** Whether any text was delivered: then there has to be a label, whatever the end. */
  public boolean hasDelivered() {
    return delivered;
  }

  /**
   * The label of what was delivered. To be called once; nothing may be delivered afterwards.
   *
   * @param answer the language of the answer; of several choices that of the first
   */
  public ContentLabel complete(Language answer) {
    List<ContentLabel.Content> content = new ArrayList<>();
    for (int i = 0; i < hashes.size(); i++) {
      content.add(new ContentLabel.Content(i, hashes.get(i).finish()));
    }
    return label.complete(answer, content);
  }

  /**
   * Signs the label of what was delivered.
   *
   * @return comes on another thread; or {@link kz.qaqpa.label.sign.SigningFailure}
   */
  public Mono<SignedLabel> sign(ContentLabel complete) {
    return seat.sign(complete);
  }

  /** What is signed of a label: a JSON object. */
  public String payload(ContentLabel complete) {
    return new String(LabelJson.unsigned(schema, complete), StandardCharsets.UTF_8);
  }

  /** The answer has ended. Does nothing the second time. */
  @Override
  public void close() {
    seat.close();
  }
}
