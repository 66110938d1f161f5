package kz.qaqpa.flow;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import kz.qaqpa.label.ContentLabel;
import kz.qaqpa.label.sign.LabelSigner;
import kz.qaqpa.label.sign.SigningFailure;
import kz.qaqpa.label.stamp.Stamp;
import kz.qaqpa.language.Language;
import kz.qaqpa.language.LanguageDetector;
import kz.qaqpa.ledger.IssuedLabel;
import kz.qaqpa.ledger.UsageRecord;
import kz.qaqpa.metrics.GatewayMetrics;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The label of one answer, from its first words to its signature: adds the notice to what is
 * delivered, hashes it, and has it signed when the answer is over. Confined to the event loop once
 * the answer has begun.
 */
public final class AnswerLabel implements AutoCloseable {
  private final Stamp stamp;
  private final UsageRecord.Who who;
  private final boolean streamed;
  private final GatewayMetrics metrics;
  private final List<Choice> choices = new ArrayList<>();
  private boolean complete;
  private byte[] json;
  private @Nullable SigningFailure failure;

  /** What of a choice has been delivered. */
  private static final class Choice {
    final StringBuilder said = new StringBuilder(); // By the model: as much as tells its language.
    boolean begun;

    void say(String text) {
      int room = LanguageDetector.LONGEST - said.length();
      if (room > 0) {
        said.append(text, 0, Math.min(room, text.length()));
      }
    }
  }

  /**
   * The label of an answer that is about to begin.
   *
   * @param who who asked, and which model answers
   * @param choices how many it has
   * @param streamed whether parts reach the client before the answer is complete
   * @param metrics hear how it was labelled
   */
  public AnswerLabel(
      Stamp stamp, UsageRecord.Who who, int choices, boolean streamed, GatewayMetrics metrics) {
    this.stamp = stamp;
    this.who = who;
    this.streamed = streamed;
    this.metrics = metrics;
    this.json = stamp.opening();
    for (int i = 0; i < choices; i++) {
      this.choices.add(new Choice());
    }
  }

  /** Its id, a ULID. */
  public String id() {
    return stamp.id();
  }

  /** What of it is known at the beginning. */
  ContentLabel beginning() {
    return stamp.label();
  }

  /**
   * Member {@code content_label} as of now, a JSON object in UTF-8, not to be changed: until the
   * answer is over what is known at its beginning, then the hash and the signature, too.
   */
  public byte[] json() {
    return json;
  }

  /** The same as text. */
  public String text() {
    return new String(json, StandardCharsets.UTF_8);
  }

  /** The same for an answer that failed; null if nothing of it was delivered. */
  public byte @Nullable [] afterFailure() {
    return stamp.hasDelivered() ? json : null;
  }

  /** Signs the head of the answer's response, where that is wanted. */
  public LabelSigner.Seat seat() {
    return stamp.seat();
  }

  /** A part with the words of the notice that belong before it or after it. */
  Publisher<AnswerPart> delivered(AnswerPart part) {
    Choice choice = choices.get(part.choice());
    if (choice.begun && part.ending() == null) {
      deliver(choice, part);
      return Mono.just(part);
    }
    List<AnswerPart> all = new ArrayList<>(3);
    if (!choice.begun) {
      choice.begun = true;
      add(all, part.choice(), stamp.begin(part.choice()));
    }
    deliver(choice, part);
    if (part.ending() == null) {
      all.add(part);
    } else {
      end(all, choice, part);
    }
    return Flux.fromIterable(all);
  }

  private void deliver(Choice choice, AnswerPart part) {
    stamp.text(part.choice(), part.text());
    choice.say(part.text());
  }

  private void end(List<AnswerPart> all, Choice choice, AnswerPart part) {
    String closing = stamp.end(part.choice(), LanguageDetector.detect(choice.said.toString()));
    complete = part.isLast();
    if (closing.isEmpty()) {
      all.add(part);
      return;
    }
    if (!part.text().isEmpty() || !part.scored().isEmpty()) {
      all.add(new AnswerPart(part.choice(), part.text(), part.scored(), null));
    }
    all.add(new AnswerPart(part.choice(), closing, List.of(), part.ending()));
  }

  private static void add(List<AnswerPart> all, int choice, String text) {
    if (!text.isEmpty()) {
      all.add(new AnswerPart(choice, text, List.of(), null));
    }
  }

  /**
   * Signs what was delivered; nothing may be delivered afterwards. To be called once.
   *
   * @return the label for the registry, on any thread; nothing where nothing was delivered. Where
   *     it cannot be signed it comes without a signature, and {@link #failure} says why
   */
  Mono<IssuedLabel> issue() {
    if (!complete && !(streamed && stamp.hasDelivered())) {
      return Mono.empty();
    }
    ContentLabel label =
        stamp.complete(LanguageDetector.detect(choices.getFirst().said.toString()));
    return stamp
        .sign(label)
        .map(signed -> {
          metrics.labelled(complete ? "complete" : "partial");
          json = signed.json();
          return issued(label, signed.payload(), signed.detached());
        })
        .onErrorResume(
            SigningFailure.class,
            thrown -> {
              metrics.labelled("unsigned");
              failure = thrown;
              return Mono.just(issued(label, stamp.payload(label), null));
            });
  }

  /** Why the label has no signature, or null. */
  @Nullable SigningFailure failure() {
    return failure;
  }

  private IssuedLabel issued(ContentLabel label, String payload, @Nullable String signature) {
    List<ContentLabel.Content> content = label.content();
    Language language = label.language();
    return new IssuedLabel(
        label.id(),
        label.producedAt(),
        who,
        label.provenance().risk().name().toLowerCase(Locale.ROOT),
        label.notice().policy().tag(),
        language == null ? Language.OTHER.tag() : language.tag(),
        content == null ? List.of() : content.stream().map(ContentLabel.Content::sha256).toList(),
        payload,
        signature);
  }

  @Override
  public void close() {
    stamp.close();
  }
}
