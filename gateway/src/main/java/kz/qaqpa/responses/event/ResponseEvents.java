package kz.qaqpa.responses.event;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.batching.FinishReason;
import kz.qaqpa.flow.AnswerLabel;
import kz.qaqpa.flow.AnswerPart;
import kz.qaqpa.flow.RequestTrace;
import kz.qaqpa.flow.ScoredToken;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.api.TokenLogprob;
import kz.qaqpa.http.api.responses.ResponseJson;
import kz.qaqpa.http.api.responses.ResponseJson.OutputText;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SynchronousSink;

/**
 * Parts of an answer to the events of one response, and their numbers. An event gets its number
 * when it is delivered, never ahead of demand, so that one asked for in between fits in. Confined
 * to the event loop.
 */
public final class ResponseEvents {
  private static final int OPENING = 4;
  private static final int CLOSING = 4;

  private final ResponseDraft draft;
  private final AnswerLabel label;
  private final String itemId;
  private final RequestTrace trace;
  private final Consumer<Ended> ended;
  private final TextDelta.Frame frame;
  private final StringBuilder text = new StringBuilder();
  private final List<TokenLogprob> logprobs = new ArrayList<>();
  private AnswerPart.@Nullable Ending ending;
  private @Nullable Throwable failure;
  private long next;

  /**
   * What a response came to.
   *
   * @param json the response object in UTF-8
   * @param text what was said
   */
  @SuppressWarnings("ArrayRecordComponent") // Made once, written as it is.
  public record Ended(byte[] json, String text) {}

  /**
   * Events of one response.
   *
   * @param label of its answer
   * @param itemId what its message is called
   * @param ended told once, when it has ended and before its last events are delivered
   */
  public ResponseEvents(
      ResponseDraft draft,
      AnswerLabel label,
      String itemId,
      RequestTrace trace,
      Consumer<Ended> ended) {
    this.draft = draft;
    this.label = label;
    this.itemId = itemId;
    this.trace = trace;
    this.ended = ended;
    this.frame = new TextDelta.Frame(itemId, draft.request().stream().obfuscate());
  }

  /**
   * All events. Those that say that an answer has begun come at once, not with its first token.
   *
   * @param cancelled ends the response when it completes; on the event loop
   * @param settled ends the answer if it still runs, and completes on the event loop when what it
   *     used is written down; no last event comes before
   */
  public Flux<ResponseEvent> of(Flux<AnswerPart> parts, Mono<Void> cancelled, Mono<Void> settled) {
    Flux<ResponseEvent> deltas =
        parts
            .<ResponseEvent>handle(this::part)
            .onErrorResume(thrown -> {
              failure = thrown;
              return Mono.empty();
            })
            .takeUntilOther(cancelled);
    return Flux.concat(
        Flux.range(0, OPENING).map(this::opening),
        deltas,
        settled.onErrorResume(this::unsettled).thenMany(Flux.defer(this::closing)));
  }

  private Mono<Void> unsettled(Throwable thrown) {
    failure = failure == null ? thrown : failure;
    return Mono.empty();
  }

  /** {@code response.in_progress}, now. */
  public ResponseEvent inProgress() {
    return state("response.in_progress", draft.inProgress(), null);
  }

  private ResponseEvent opening(int step) {
    return switch (step) {
      case 0 -> state("response.created", draft.inProgress(), null);
      case 1 -> inProgress();
      case 2 -> item("response.output_item.added", message("in_progress", List.of()));
      default ->
          part(
              "response.content_part.added",
              new OutputText("output_text", "", List.of(), List.of()));
    };
  }

  private void part(AnswerPart part, SynchronousSink<ResponseEvent> sink) {
    text.append(part.text());
    List<TokenLogprob> tokens =
        part.scored().isEmpty()
            ? List.of()
            : part.scored().stream().map(ScoredToken::told).toList();
    logprobs.addAll(tokens);
    if (part.ending() != null) {
      ending = part.ending();
    }
    if (!part.text().isEmpty() || !tokens.isEmpty()) {
      sink.next(new TextDelta(frame, part.text(), tokens, next++));
    }
  }

  private Flux<ResponseEvent> closing() {
    ResponseDraft.Outcome outcome = outcome();
    if (outcome.status().equals("cancelled")) {
      trace.finished("abort");
    }
    boolean failed = failure != null;
    List<ResponseJson.Item> output =
        failed && text.isEmpty()
            ? List.of()
            : List.of(
                message(
                    outcome.status().equals("completed") ? "completed" : "incomplete",
                    List.of(said())));
    ResponseJson.Response response = draft.ended(outcome, output, trace.usage(), label.text());
    byte[] json = Json.bytes(response);
    ended.accept(new Ended(json, text.toString()));
    ResponseEvent.End end = new ResponseEvent.End(json, failure);
    String type =
        "response." + (outcome.status().equals("cancelled") ? "incomplete" : outcome.status());
    return failed
        ? Flux.range(0, 1).map(_ -> state(type, response, end))
        : Flux.range(0, CLOSING).map(step -> closing(step, output.getFirst(), type, response, end));
  }

  private ResponseEvent closing(
      int step,
      ResponseJson.Item item,
      String type,
      ResponseJson.Response response,
      ResponseEvent.End end) {
    return switch (step) {
      case 0 -> {
        ResponseJson.TextDoneEvent done =
            new ResponseJson.TextDoneEvent(
                "response.output_text.done", itemId, 0, 0, text.toString(), logprobs, next++);
        yield new ObjectEvent(done.type(), done.sequenceNumber(), done, null);
      }
      case 1 -> part("response.content_part.done", said());
      case 2 -> item("response.output_item.done", item);
      default -> state(type, response, end);
    };
  }

  private ResponseDraft.Outcome outcome() {
    if (failure != null) {
      return new ResponseDraft.Outcome("failed", null, null, told(failure));
    }
    if (ending == null) {
      return new ResponseDraft.Outcome("cancelled", null, null, null);
    }
    return ending.reason() == FinishReason.LENGTH
        ? new ResponseDraft.Outcome("incomplete", null, "max_output_tokens", null)
        : new ResponseDraft.Outcome("completed", Instant.now().getEpochSecond(), null, null);
  }

  private static ResponseJson.Failure told(Throwable failure) {
    if (failure instanceof Refusal refusal) {
      return new ResponseJson.Failure(code(refusal), refusal.text());
    }
    return new ResponseJson.Failure("server_error", "The server failed; it was logged");
  }

  /** One of OpenAI's few codes, but for what clients must not take for a failure of the server. */
  private static String code(Refusal refusal) {
    return refusal instanceof Refusal.Suspended
        ? refusal.tag()
        : refusal instanceof Refusal.OverQuota ? "rate_limit_exceeded" : "server_error";
  }

  private OutputText said() {
    return new OutputText("output_text", text.toString(), List.of(), List.copyOf(logprobs));
  }

  private ResponseJson.Item message(String status, List<ResponseJson.Part> content) {
    return new ResponseJson.Item(itemId, "message", status, "assistant", content);
  }

  private ResponseEvent state(
      String type, ResponseJson.Response response, ResponseEvent.@Nullable End end) {
    long number = next++;
    return new ObjectEvent(type, number, new ResponseJson.StateEvent(type, response, number), end);
  }

  private ResponseEvent item(String type, ResponseJson.Item item) {
    long number = next++;
    return new ObjectEvent(type, number, new ResponseJson.ItemEvent(type, 0, item, number), null);
  }

  private ResponseEvent part(String type, ResponseJson.Part part) {
    long number = next++;
    return new ObjectEvent(
        type, number, new ResponseJson.PartEvent(type, itemId, 0, 0, part, number), null);
  }
}
