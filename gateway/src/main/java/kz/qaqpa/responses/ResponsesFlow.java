package kz.qaqpa.responses;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.flow.Answer;
import kz.qaqpa.flow.ChatFlow;
import kz.qaqpa.flow.Generation;
import kz.qaqpa.flow.Prompt;
import kz.qaqpa.flow.RandomIds;
import kz.qaqpa.flow.RequestTrace;
import kz.qaqpa.flow.ServedModel;
import kz.qaqpa.http.api.ChatMessage;
import kz.qaqpa.http.api.Shown;
import kz.qaqpa.http.api.responses.ResponsesRequest;
import kz.qaqpa.label.stamp.LabelStamper;
import kz.qaqpa.responses.event.ResponseDraft;
import kz.qaqpa.responses.event.ResponseEvents;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * The way of one response, whichever transport carries it: the conversation that it continues is
 * looked up, {@link ChatFlow} makes the answer, what it came to is kept.
 */
public final class ResponsesFlow {
  private final ChatFlow chat;
  private final ServedModel model;
  private final ResponseStore store;
  private final LabelStamper labels;

  /**
   * @param labels knows what of an answer is a notice, and no part of the conversation
   */
  public ResponsesFlow(ChatFlow chat, ServedModel model, ResponseStore store, LabelStamper labels) {
    this.chat = chat;
    this.model = model;
    this.store = store;
    this.labels = labels;
  }

  /**
   * One request, already read and checked.
   *
   * @param request what is asked
   * @param application who asks
   * @param deadline from the arrival of the request, as its client wants it; null for none
   * @param trace what is noted of it
   * @param edge the connection's event loop
   * @param memory what its session remembers beside what is stored
   */
  public record Call(
      ResponsesRequest request,
      Application application,
      @Nullable Duration deadline,
      RequestTrace trace,
      Scheduler edge,
      ResponseMemory memory) {}

  /** What is kept, to look up, delete and cancel. */
  public ResponseStore store() {
    return store;
  }

  /**
   * Carries a request to its end.
   *
   * @param respond called on the event loop once the engine has taken the request. What it returns
   *     has sent the response when it completes
   * @return ends with the response, or with a {@link Refusal} if {@code respond} was not called;
   *     cancelling it at any time leaves nothing behind
   */
  public Mono<Void> run(Call call, Function<ResponseStream, Publisher<Void>> respond) {
    return Mono.defer(() -> {
      String hex = RandomIds.hex();
      StoredResponse previous = previous(call);
      List<ResponseItem> conversation = conversation(call.request(), previous, hex);
      ChatFlow.Call asked =
          new ChatFlow.Call(
              "resp_" + hex,
              generation(call.request(), conversation),
              call.application(),
              call.deadline(),
              previous == null ? null : previous.labelId(),
              call.trace(),
              call.edge());
      return chat.run(asked, answer -> respond(call, answer, conversation, "msg_" + hex, respond));
    });
  }

  private Publisher<Void> respond(
      Call call,
      Answer answer,
      List<ResponseItem> conversation,
      String itemId,
      Function<ResponseStream, Publisher<Void>> respond) {
    ResponseDraft draft =
        new ResponseDraft(
            answer.id(), answer.created(), call.request(), model.defaults(), answer.label().text());
    RunningResponse running =
        new RunningResponse(
            call.request().store(), () -> StoredResponse.inProgress(draft, answer, conversation));
    ResponseEvents events =
        new ResponseEvents(
            draft,
            answer.label(),
            itemId,
            call.trace(),
            ended ->
                keep(
                    call,
                    answer.id(),
                    running,
                    StoredResponse.of(
                        ended.json(), answer, conversation, labels.strip(ended.text()), itemId)));
    ResponseStream stream =
        new ResponseStream(
            answer.id(),
            answer.provider(),
            answer.created(),
            answer.label(),
            events.of(answer.parts(), running.cancelled().publishOn(call.edge()), answer.settled()),
            events::inProgress);
    store.begin(call.application(), answer.id(), running);
    return Flux.from(respond.apply(stream))
        .doFinally(_ -> store.leave(call.application(), answer.id()));
  }

  private void keep(Call call, String id, RunningResponse running, StoredResponse response) {
    store.end(call.application(), id, running, response);
    if (!call.request().store()) {
      call.memory().keep(id, response);
    }
  }

  private @Nullable StoredResponse previous(Call call) {
    String id = call.request().previousResponseId();
    if (id == null) {
      return null;
    }
    StoredResponse stored = call.memory().find(id);
    if (stored == null) {
      stored = store.find(call.application(), id);
    }
    if (stored == null || !stored.finished()) {
      throw new Refusal.BadRequest(
          "previous_response_id",
          "previous_response_not_found",
          "previous_response_id: "
              + Shown.text(id)
              + " (expected: a finished response of this application that is still stored)");
    }
    return stored;
  }

  private static List<ResponseItem> conversation(
      ResponsesRequest request, @Nullable StoredResponse previous, String hex) {
    List<ResponseItem> items = new ArrayList<>();
    if (previous != null) {
      items.addAll(previous.conversation());
    }
    for (int i = 0; i < request.input().size(); i++) {
      items.add(new ResponseItem("msg_" + hex + "_" + i, request.input().get(i)));
    }
    return List.copyOf(items);
  }

  private static Generation generation(ResponsesRequest request, List<ResponseItem> conversation) {
    List<ChatMessage> messages = new ArrayList<>(conversation.size() + 1);
    if (request.instructions() != null) {
      messages.add(new ChatMessage("system", request.instructions()));
    }
    conversation.forEach(item -> messages.add(item.message()));
    return new Generation(
        request.model(),
        List.of(new Prompt.Conversation(messages, request.dropOldest(), "input")),
        1,
        request.maxOutputTokens(),
        "max_output_tokens",
        request.sampling(),
        request.stop(),
        request.priority());
  }
}
