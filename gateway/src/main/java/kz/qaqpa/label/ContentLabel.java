package kz.qaqpa.label;

import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import kz.qaqpa.language.Language;
import org.jspecify.annotations.Nullable;

/**
 * What an answer is, who answers for it, and the hash of what was delivered; no text and nothing
 * about who asked. How it is written is a matter of its schema.
 *
 * @param id a {@link Ulid}
 * @param provenance who answers for it
 * @param model what made it
 * @param producedAt when its making began, in whole seconds
 * @param language of the answer, or null while it is not known
 * @param content a hash for each choice, or null while nothing is complete
 * @param watermark the mark in the choice of words, or null if there is none
 * @param notice what people are shown
 * @param previous id of the label of the answer before in a conversation, or null
 * @param development whether it was signed with a key that the gateway made for itself: proves
 *     nothing to others
 */
public record ContentLabel(
    String id,
    Provenance provenance,
    Model model,
    Instant producedAt,
    @Nullable Language language,
    @Nullable List<Content> content,
    @Nullable Watermark watermark,
    Notice notice,
    @Nullable String previous,
    boolean development) {

  /** Where IPTC's terms for the source of digital media are. */
  public static final String DIGITAL_SOURCE_TYPE =
      "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";

  /** Checks ids and rounds the time. */
  public ContentLabel {
    Ulid.require("id", id);
    if (previous != null) {
      Ulid.require("previous", previous);
    }
    producedAt = Instant.ofEpochSecond(producedAt.getEpochSecond());
    content = content == null ? null : List.copyOf(content);
  }

  /** The label of what was delivered in the end. */
  public ContentLabel complete(Language answer, List<Content> delivered) {
    return new ContentLabel(
        id,
        provenance,
        model,
        producedAt,
        answer,
        delivered,
        watermark,
        notice,
        previous,
        development);
  }

  /**
   * What made an answer.
   *
   * @param id its name as served
   * @param digest of its weights, tokenizer and configuration
   */
  public record Model(String id, String digest) {}

  /**
   * One choice of an answer.
   *
   * @param index which, from 0
   * @param sha256 of the UTF-8 of the NFC of its text as delivered, 64 hexadecimal digits
   */
  public record Content(int index, String sha256) {
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

    /** Checks index and hash. */
    public Content {
      if (index < 0) {
        throw new IllegalArgumentException("index: " + index + " (expected: 0 or more)");
      }
      if (!HASH.matcher(sha256).matches()) {
        throw new IllegalArgumentException("sha256: malformed (expected: 64 of 0-9 a-f)");
      }
    }
  }

  /**
   * The mark in the choice of words.
   *
   * @param scheme its algorithm
   * @param keyId which key it was made with; tells nothing of the key
   */
  public record Watermark(String scheme, String keyId) {}

  /**
   * What people are shown.
   *
   * @param policy by whom and where
   * @param text the words
   */
  public record Notice(NoticePolicy policy, LocalText text) {}
}
