package kz.qaqpa.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.ResponseConnection;
import com.openai.core.http.ResponseWebSocketException;
import com.openai.core.http.StreamResponse;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseOutputItem;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import com.openai.models.responses.ResponsesClientEvent;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import kz.qaqpa.live.LiveGateway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The Responses API, over HTTP and over a WebSocket, with OpenAI's own client for Java. */
@ExtendWith(LiveGateway.Started.class)
class OpenAiJavaResponsesTest {
  private final OpenAIClient client;

  OpenAiJavaResponsesTest(LiveGateway gateway) {
    client =
        OpenAIOkHttpClient.builder()
            .baseUrl(gateway.url() + "/v1")
            .apiKey(LiveGateway.KEY)
            .responseValidation(true)
            .build();
  }

  @AfterEach
  void close() {
    client.close();
  }

  @Test
  void whole_andStreamed_areTheSameText() {
    Response whole = client.responses().create(wish().build());
    assertThat(whole.status()).contains(ResponseStatus.COMPLETED);
    assertThat(text(whole)).contains("Астана");
    List<ResponseStreamEvent> events;
    try (StreamResponse<ResponseStreamEvent> stream =
        client.responses().createStreaming(wish().build())) {
      events = stream.stream().toList();
    }
    assertThat(events.getFirst().isCreated()).isTrue();
    assertThat(
            events.stream()
                .filter(ResponseStreamEvent::isOutputTextDelta)
                .map(event -> event.asOutputTextDelta().delta())
                .collect(Collectors.joining()))
        .isEqualTo(text(whole));
    assertThat(text(events.getLast().asCompleted().response())).isEqualTo(text(whole));
  }

  @Test
  void keptOne_isFollowed_found_andRemoved() {
    Response first = client.responses().create(wish().build());
    Response second =
        client
            .responses()
            .create(wish().input("Ал Алматы ше?").previousResponseId(first.id()).build());
    assertThat(second.usage().orElseThrow().inputTokens())
        .isGreaterThan(first.usage().orElseThrow().inputTokens());
    assertThat(text(client.responses().retrieve(first.id()))).isEqualTo(text(first));
    client.responses().delete(first.id());
    assertThatThrownBy(() -> client.responses().retrieve(first.id()))
        .isInstanceOf(NotFoundException.class);
    OpenAIServiceException error =
        catchThrowableOfType(
            OpenAIServiceException.class,
            () -> client.responses().create(wish().previousResponseId(first.id()).build()));
    assertThat(error.code()).contains("previous_response_not_found");
  }

  @Test
  void cutOne_saysWhy_andAStreamLeftEarlyLeavesNothingBehind() {
    Response cut = client.responses().create(wish().maxOutputTokens(2).build());
    assertThat(cut.status()).contains(ResponseStatus.INCOMPLETE);
    assertThat(cut.incompleteDetails().orElseThrow().reason().orElseThrow().asString())
        .isEqualTo("max_output_tokens");
    try (StreamResponse<ResponseStreamEvent> stream =
        client.responses().createStreaming(wish().temperature(2).maxOutputTokens(1_900).build())) {
      assertThat(stream.stream().findFirst()).isPresent();
    }
  }

  @Test
  void runningOne_isCancelled() {
    // Without the tokens that end it, an answer goes on for seconds.
    ResponseCreateParams endless =
        wish()
            .maxOutputTokens(1_900)
            .putAdditionalBodyProperty(
                "logit_bias", JsonValue.from(Map.of("8187", -100, "8190", -100)))
            .build();
    try (StreamResponse<ResponseStreamEvent> stream = client.responses().createStreaming(endless)) {
      Iterator<ResponseStreamEvent> events = stream.stream().iterator();
      String id = events.next().asCreated().response().id();
      assertThat(client.responses().cancel(id).status()).contains(ResponseStatus.CANCELLED);
      ResponseStreamEvent last = events.next();
      while (events.hasNext()) {
        last = events.next();
      }
      assertThat(last.asIncomplete().response().status()).contains(ResponseStatus.CANCELLED);
    }
  }

  @Test
  void webSocket_hasTwoLanes_andThreeTurnsInOne() {
    try (ResponseConnection connection = client.responses().connect()) {
      ResponseConnection.Lane talk = connection.lane("talk");
      ResponseConnection.Lane other = connection.lane("other");
      // Longer than a block of the cache, which is what a turn can take over.
      String introduction = "Мен Қазақстанда тұрамын. ".repeat(20);
      talk.send(turn("talk", introduction + OpenAiJavaTest.QUESTION).asEvent());
      assertThat(talk.receive().streamId()).contains("talk"); // It sends one message at a time.
      other.send(turn("other", OpenAiJavaTest.QUESTION).asEvent());
      Response first = talk.finalResponse();
      assertThat(text(other.finalResponse())).contains("Астана");
      talk.send(turn("talk", "Ал Алматы ше?").after(first).asEvent());
      Response second = talk.finalResponse();
      assertThat(second.usage().orElseThrow().inputTokensDetails().cachedTokens()).isPositive();
      talk.send(turn("talk", "Рақмет!").after(second).asEvent());
      assertThat(talk.finalResponse().previousResponseId()).contains(second.id());
      other.send(turn("other", "Сәлем!").after("resp_nowhere").asEvent());
      assertThatThrownBy(other::finalResponse).isInstanceOf(ResponseWebSocketException.class);
    }
  }

  private static ResponseCreateParams.Builder wish() {
    return ResponseCreateParams.builder()
        .model("kaz-mini")
        .input(OpenAiJavaTest.QUESTION)
        .temperature(0)
        .maxOutputTokens(60);
  }

  private static Turn turn(String lane, String input) {
    return new Turn(
        ResponsesClientEvent.ResponseCreate.builder()
            .model("kaz-mini")
            .streamId(lane)
            .input(input)
            .temperature(0)
            .maxOutputTokens(40));
  }

  private record Turn(ResponsesClientEvent.ResponseCreate.Builder wish) {
    Turn after(Response previous) {
      return after(previous.id());
    }

    Turn after(String previous) {
      return new Turn(wish.previousResponseId(previous));
    }

    ResponsesClientEvent asEvent() {
      return ResponsesClientEvent.ofResponseCreate(wish.build());
    }
  }

  private static String text(Response response) {
    return response.output().stream()
        .map(ResponseOutputItem::asMessage)
        .flatMap(message -> message.content().stream())
        .map(part -> part.asOutputText().text())
        .collect(Collectors.joining());
  }
}
