package kz.qaqpa.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.model.catalog.ModelDescription;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiModelCatalog;
import dev.langchain4j.model.openai.OpenAiResponsesChatModel;
import dev.langchain4j.model.openai.OpenAiResponsesStreamingChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.output.FinishReason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import kz.qaqpa.live.LiveGateway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** LangChain4j's client for OpenAI's API, over the JDK's HTTP client. */
@ExtendWith(LiveGateway.Started.class)
class LangChain4jTest {
  private final String url;

  LangChain4jTest(LiveGateway gateway) {
    this.url = gateway.url() + "/v1";
  }

  @Test
  void chat_withAnEarlierTurn() {
    ChatResponse answer =
        model("kaz-mini", LiveGateway.KEY)
            .chat(
                SystemMessage.from("Қысқа жауап бер."),
                UserMessage.from("Сәлем!"),
                AiMessage.from("Сәлеметсіз бе!"),
                UserMessage.from(OpenAiJavaTest.QUESTION));
    assertThat(answer.aiMessage().text()).isNotBlank();
    assertThat(answer.finishReason()).isIn(FinishReason.STOP, FinishReason.LENGTH);
    assertThat(answer.tokenUsage().totalTokenCount())
        .isEqualTo(answer.tokenUsage().inputTokenCount() + answer.tokenUsage().outputTokenCount());
  }

  @Test
  void stream_givesThePartsOfTheWholeAnswer() throws Exception {
    String whole = model("kaz-mini", LiveGateway.KEY).chat(OpenAiJavaTest.QUESTION);
    Parts parts = new Parts();
    OpenAiStreamingChatModel.builder()
        .baseUrl(url)
        .apiKey(LiveGateway.KEY)
        .modelName("kaz-mini")
        .temperature(0.0)
        .maxCompletionTokens(60)
        .build()
        .chat(OpenAiJavaTest.QUESTION, parts);
    ChatResponse answer = parts.end.get(60, TimeUnit.SECONDS);
    assertThat(parts.text.toString()).isEqualTo(whole).isEqualTo(answer.aiMessage().text());
    assertThat(answer.tokenUsage().outputTokenCount()).isPositive();
  }

  @Test
  void responses_whole_andStreamed() throws Exception {
    String whole =
        OpenAiResponsesChatModel.builder()
            .baseUrl(url)
            .apiKey(LiveGateway.KEY)
            .modelName("kaz-mini")
            .temperature(0.0)
            .maxOutputTokens(60)
            .build()
            .chat(OpenAiJavaTest.QUESTION);
    assertThat(whole).contains("Астана");
    Parts parts = new Parts();
    OpenAiResponsesStreamingChatModel.builder()
        .baseUrl(url)
        .apiKey(LiveGateway.KEY)
        .modelName("kaz-mini")
        .temperature(0.0)
        .maxOutputTokens(60)
        .build()
        .chat(OpenAiJavaTest.QUESTION, parts);
    assertThat(parts.end.get(60, TimeUnit.SECONDS).aiMessage().text()).isEqualTo(whole);
    assertThat(parts.text.toString()).isEqualTo(whole);
  }

  @Test
  void catalogue_hasTheModel() {
    assertThat(
            OpenAiModelCatalog.builder().baseUrl(url).apiKey(LiveGateway.KEY).build().listModels())
        .extracting(ModelDescription::name)
        .containsExactly("kaz-mini");
  }

  @Test
  void refusals_haveTheirOwnExceptions() {
    assertThatThrownBy(() -> model("kaz-mini", "qpk_nobodys_key").chat("Сәлем"))
        .isInstanceOf(AuthenticationException.class)
        .hasMessageContaining("invalid_api_key");
    assertThatThrownBy(() -> model("gpt-x", LiveGateway.KEY).chat("Сәлем"))
        .isInstanceOf(ModelNotFoundException.class);
    OpenAiChatModel hot =
        OpenAiChatModel.builder()
            .baseUrl(url)
            .apiKey(LiveGateway.KEY)
            .modelName("kaz-mini")
            .temperature(3.0)
            .build();
    assertThatThrownBy(() -> hot.chat("Сәлем"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("temperature: 3 (expected: 0 to 2)");
  }

  private OpenAiChatModel model(String name, String key) {
    return OpenAiChatModel.builder()
        .baseUrl(url)
        .apiKey(key)
        .modelName(name)
        .temperature(0.0)
        .maxCompletionTokens(60)
        .build();
  }

  private static final class Parts implements StreamingChatResponseHandler {
    private final StringBuilder text = new StringBuilder();
    private final CompletableFuture<ChatResponse> end = new CompletableFuture<>();

    @Override
    public void onPartialResponse(String part) {
      text.append(part);
    }

    @Override
    public void onCompleteResponse(ChatResponse answer) {
      end.complete(answer);
    }

    @Override
    public void onError(Throwable failure) {
      end.completeExceptionally(failure);
    }
  }
}
