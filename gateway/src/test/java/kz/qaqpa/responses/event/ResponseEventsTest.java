package kz.qaqpa.responses.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.batching.FinishReason;
import kz.qaqpa.engine.model.GenerationDefaults;
import kz.qaqpa.fixture.Labellings;
import kz.qaqpa.flow.AnswerLabel;
import kz.qaqpa.flow.AnswerPart;
import kz.qaqpa.flow.RequestTrace;
import kz.qaqpa.http.api.JsonBody;
import kz.qaqpa.http.api.Usage;
import kz.qaqpa.http.api.responses.ResponsesRequestReader;
import kz.qaqpa.label.stamp.Labelling;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ResponseEventsTest {
  private final List<ResponseEvents.Ended> ended = new ArrayList<>();
  private final TestPublisher<AnswerPart> parts = TestPublisher.create();
  private final Labelling labelling = Labellings.fresh();
  private final AnswerLabel label = Labellings.answer(labelling);

  @AfterEach
  void close() {
    label.close();
    labelling.close();
  }

  @Test
  void numbersAreGivenAtDelivery_soThatARepetitionFitsIn() {
    ResponseEvents events = events();
    List<Long> numbers = new ArrayList<>();
    StepVerifier.create(
            events
                .of(parts.flux(), Mono.never(), Mono.empty())
                .doOnNext(e -> numbers.add(e.sequenceNumber())),
            0)
        .thenRequest(2)
        .expectNextCount(2)
        .then(() -> numbers.add(events.inProgress().sequenceNumber()))
        .thenRequest(100)
        .expectNextCount(2)
        .then(() -> parts.next(new AnswerPart(0, "қ", List.of(), null)))
        .expectNextCount(1)
        .then(() -> numbers.add(events.inProgress().sequenceNumber()))
        .then(() -> parts.next(end("а", FinishReason.STOP)).complete())
        .expectNextCount(5)
        .verifyComplete();
    assertThat(numbers).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L, 11L);
    assertThat(ended).hasSize(1);
    assertThat(ended.getFirst().text()).isEqualTo("қа");
  }

  @Test
  void cancelled_isTold_evenIfNothingIsRequested() {
    Sinks.Empty<Void> cancel = Sinks.empty();
    StepVerifier.create(events().of(parts.flux(), cancel.asMono(), Mono.empty()), 4)
        .expectNextCount(4)
        .then(cancel::tryEmitEmpty)
        .then(() ->
            assertThat(new String(ended.getFirst().json(), StandardCharsets.UTF_8))
                .contains("\"status\":\"cancelled\""))
        .thenRequest(10)
        .expectNextCount(3)
        .expectNextMatches(event -> event.type().equals("response.incomplete"))
        .verifyComplete();
    parts.assertCancelled();
  }

  @Test
  void failed_isAnEvent() {
    StepVerifier.create(events().of(parts.flux(), Mono.never(), Mono.empty()))
        .expectNextCount(4)
        .then(() -> parts.error(new IllegalStateException("secret")))
        .assertNext(event -> {
          ResponseEvent.End end = event.end();
          assertThat(end).isNotNull();
          assertThat(new String(event.json(null), StandardCharsets.UTF_8))
              .contains("\"type\":\"response.failed\"", "\"output\":[]", "server_error")
              .doesNotContain("secret");
        })
        .verifyComplete();
  }

  @Test
  void leavingCancelsTheAnswer() {
    StepVerifier.create(events().of(parts.flux(), Mono.never(), Mono.empty()), 5)
        .expectNextCount(4)
        .then(() -> parts.next(new AnswerPart(0, "қ", List.of(), null)))
        .expectNextCount(1)
        .thenCancel()
        .verify();
    parts.assertCancelled();
    assertThat(ended).isEmpty();
  }

  @Test
  void streamId_isAMember_orAbsent() {
    TextDelta.Frame frame = new TextDelta.Frame("msg_1", true);
    ResponseEvent delta = new TextDelta(frame, "\"қ\"\n", List.of(), 7);
    for (ResponseEvent event : List.of(delta, events().inProgress())) {
      assertThat(read(event.json(null)).has("stream_id")).isFalse();
      assertThat(read(event.json("a\"\\қ")).path("stream_id").asString()).isEqualTo("a\"\\қ");
      assertThat(read(event.json("a")).path("type").asString()).isEqualTo(event.type());
    }
    assertThat(read(delta.json("a")).path("delta").asString()).isEqualTo("\"қ\"\n");
    assertThat(read(delta.json("a")).path("sequence_number").asInt()).isEqualTo(7);
  }

  @Test
  void paddedDeltas_areOfEqualSize() {
    TextDelta.Frame frame = new TextDelta.Frame("msg_1", true);
    for (String text : List.of("", "a", "қазақ", "\n\n", "aaaaaaaaaaaaaaaa")) {
      ResponseEvent delta = new TextDelta(frame, text, List.of(), 7);
      int length = delta.json(null).length;
      assertThat((length - new TextDelta(frame, "", List.of(), 7).json(null).length) % 32)
          .as(text)
          .isZero();
    }
  }

  private ResponseEvents events() {
    byte[] body = "{\"model\":\"m\",\"input\":\"a\"}".getBytes(StandardCharsets.UTF_8);
    ResponseDraft draft =
        new ResponseDraft(
            "resp_1",
            1,
            ResponsesRequestReader.read(JsonBody.read(body)).request(),
            GenerationDefaults.NONE,
            "{}");
    return new ResponseEvents(
        draft, label, "msg_1", new RequestTrace("i", "POST", "/"), ended::add);
  }

  private static AnswerPart end(String text, FinishReason reason) {
    return new AnswerPart(0, text, List.of(), new AnswerPart.Ending(reason, new Usage(1, 0, 2)));
  }

  private static JsonNode read(byte[] json) {
    return JsonMapper.shared().readTree(json);
  }
}
