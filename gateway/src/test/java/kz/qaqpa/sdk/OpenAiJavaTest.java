package kz.qaqpa.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionTokenLogprob;
import com.openai.models.completions.Completion;
import com.openai.models.completions.CompletionChoice;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.models.Model;
import java.util.List;
import java.util.stream.Collectors;
import kz.qaqpa.live.LiveGateway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** OpenAI's own client for Java, with the shipped model behind the gateway. */
@ExtendWith(LiveGateway.Started.class)
class OpenAiJavaTest {
  static final String QUESTION = "Қазақстанның астанасы қай қала?";

  private final OpenAIClient client;

  OpenAiJavaTest(LiveGateway gateway) {
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
  void chat_whole() {
    ChatCompletion answer = client.chat().completions().create(question().build());
    ChatCompletion.Choice choice = answer.choices().getFirst();
    assertThat(choice.message().content().orElseThrow()).contains("Астана");
    assertThat(choice.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.STOP);
    assertThat(answer.model()).isEqualTo("kaz-mini");
    assertThat(answer.usage().orElseThrow().completionTokens()).isPositive();
  }

  @Test
  void chat_streamed_equalsWhole_withUsageOnlyAtTheEnd() {
    String whole =
        client
            .chat()
            .completions()
            .create(question().build())
            .choices()
            .getFirst()
            .message()
            .content()
            .orElseThrow();
    ChatCompletionCreateParams streamed =
        question()
            .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
            .build();
    List<ChatCompletionChunk> chunks;
    try (StreamResponse<ChatCompletionChunk> stream =
        client.chat().completions().createStreaming(streamed)) {
      chunks = stream.stream().toList();
    }
    assertThat(text(chunks)).isEqualTo(whole);
    assertThat(chunks.getLast().choices()).isEmpty();
    assertThat(chunks.getLast().usage().orElseThrow().totalTokens()).isPositive();
    assertThat(chunks.subList(0, chunks.size() - 1))
        .allSatisfy(chunk -> assertThat(chunk.usage()).isEmpty());
  }

  @Test
  void chat_severalChoices_probabilities_andBias() {
    ChatCompletion several =
        client.chat().completions().create(question().n(3).temperature(0.9).seed(5).build());
    assertThat(several.choices())
        .extracting(ChatCompletion.Choice::index)
        .containsExactly(0L, 1L, 2L);
    ChatCompletion probable =
        client.chat().completions().create(question().logprobs(true).topLogprobs(2).build());
    List<ChatCompletionTokenLogprob> tokens =
        probable.choices().getFirst().logprobs().orElseThrow().content().orElseThrow();
    assertThat(tokens).allSatisfy(token -> assertThat(token.topLogprobs()).hasSize(2));
    ChatCompletion forced =
        client
            .chat()
            .completions()
            .create(
                question()
                    .maxCompletionTokens(3)
                    .logitBias(
                        ChatCompletionCreateParams.LogitBias.builder()
                            .putAdditionalProperty("100", JsonValue.from(100))
                            .build())
                    .logprobs(true)
                    .build());
    List<ChatCompletionTokenLogprob> same =
        forced.choices().getFirst().logprobs().orElseThrow().content().orElseThrow();
    assertThat(same).hasSize(3);
    assertThat(same)
        .extracting(ChatCompletionTokenLogprob::token)
        .containsOnly(same.getFirst().token());
  }

  @Test
  void chat_streamLeftEarly_leavesNothingBehind() {
    try (StreamResponse<ChatCompletionChunk> stream =
        client.chat().completions().createStreaming(endless())) {
      assertThat(stream.stream().findFirst()).isPresent();
    }
  }

  @Test
  void completions_ofSeveralPrompts_andEchoed() {
    CompletionCreateParams.Builder wish =
        CompletionCreateParams.builder()
            .model("kaz-mini")
            .promptOfArrayOfStrings(List.of("Қазақстанның астанасы", "Алматы"))
            .temperature(0)
            .maxTokens(8);
    Completion answer = client.completions().create(wish.build());
    assertThat(answer.choices()).extracting(CompletionChoice::index).containsExactly(0L, 1L);
    assertThat(answer.choices().getFirst().text()).contains("Астана");
    Completion echoed = client.completions().create(wish.echo(true).build());
    String said = answer.choices().getFirst().text();
    assertThat(echoed.choices().getFirst().text()) // Without a notice, as it goes on.
        .isEqualTo("Қазақстанның астанасы" + said.substring(0, said.indexOf("\n\n")));
  }

  @Test
  void models_areListedAndFound() {
    List<Model> models = client.models().list().data();
    assertThat(models).extracting(Model::id).containsExactly("kaz-mini");
    Model model = client.models().retrieve("kaz-mini");
    assertThat(model.ownedBy()).isEqualTo(models.getFirst().ownedBy());
    assertThat(model.created()).isPositive();
  }

  static ChatCompletionCreateParams.Builder question() {
    return ChatCompletionCreateParams.builder()
        .model("kaz-mini")
        .addUserMessage(QUESTION)
        .temperature(0)
        .maxCompletionTokens(60);
  }

  /** An answer that goes on for seconds, whatever the model would like to say. */
  static ChatCompletionCreateParams endless() {
    return question()
        .putAdditionalBodyProperty("ignore_eos", JsonValue.from(true))
        .maxCompletionTokens(1_900)
        .build();
  }

  private static String text(List<ChatCompletionChunk> chunks) {
    return chunks.stream()
        .flatMap(chunk -> chunk.choices().stream())
        .map(choice -> choice.delta().content().orElse(""))
        .collect(Collectors.joining());
  }
}
