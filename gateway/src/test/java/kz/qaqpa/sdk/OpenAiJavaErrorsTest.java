package kz.qaqpa.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.Sleeper;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.RateLimitException;
import com.openai.errors.UnauthorizedException;
import com.openai.models.chat.completions.ChatCompletionChunk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.live.LiveGateway;
import kz.qaqpa.openai.WireCheck;
import kz.qaqpa.tap.Tap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What OpenAI's client for Java makes of refusals: which exception, and whether it tries again. */
@ExtendWith(LiveGateway.Started.class)
class OpenAiJavaErrorsTest {
  private final LiveGateway gateway;
  private final List<OpenAIClient> clients = new ArrayList<>();
  private final Waits waits = new Waits();

  OpenAiJavaErrorsTest(LiveGateway gateway) {
    this.gateway = gateway;
  }

  @AfterEach
  void close() {
    clients.forEach(OpenAIClient::close);
  }

  @Test
  void badValue_isABadRequest_andNotTriedAgain() {
    OpenAIServiceException error =
        catchThrowableOfType(
            BadRequestException.class,
            () ->
                client(gateway.url(), LiveGateway.KEY)
                    .chat()
                    .completions()
                    .create(OpenAiJavaTest.question().temperature(3).build()));
    assertThat(error.param()).contains("temperature");
    assertThat(error.type()).contains("invalid_request_error");
    assertThat(error).hasMessageContaining("temperature: 3");
    assertThat(error.headers().values("x-request-id")).hasSize(1);
    assertThat(error.headers().values("x-should-retry")).containsExactly("false");
    assertThat(waits.asked).isEmpty();
  }

  @Test
  void wrongKey_isUnauthorized_andNotTriedAgain() {
    OpenAIServiceException error =
        catchThrowableOfType(
            UnauthorizedException.class,
            () -> client(gateway.url(), "qpk_nobodys_key").models().list());
    assertThat(error.code()).contains("invalid_api_key");
    assertThat(waits.asked).isEmpty();
  }

  @Test
  void otherModel_isNotFound_andNotTriedAgain() {
    OpenAIClient client = client(gateway.url(), LiveGateway.KEY);
    OpenAIServiceException error =
        catchThrowableOfType(
            NotFoundException.class,
            () ->
                client
                    .chat()
                    .completions()
                    .create(OpenAiJavaTest.question().model("gpt-x").build()));
    assertThat(error.code()).contains("model_not_found");
    assertThat(catchThrowableOfType(NotFoundException.class, () -> client.models().retrieve("x/y")))
        .hasMessageContaining("x/y");
    assertThat(waits.asked).isEmpty();
  }

  @Test
  void tooManyStreams_isARateLimit_andTriedAgainAfterTheTimeAskedFor() {
    OpenAIClient client = client(gateway.url(), LiveGateway.NARROW_KEY);
    try (StreamResponse<ChatCompletionChunk> stream =
        client.chat().completions().createStreaming(OpenAiJavaTest.endless())) {
      Iterator<ChatCompletionChunk> held = stream.stream().iterator();
      held.next();
      OpenAIServiceException error =
          catchThrowableOfType(
              RateLimitException.class,
              () -> client.chat().completions().create(OpenAiJavaTest.question().build()));
      assertThat(error.code()).contains("rate_limit_exceeded");
      assertThat(error.headers().values("retry-after")).containsExactly("1");
      assertThat(waits.asked).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(1));
    }
  }

  @Test
  void stoppingServer_isAServerError_andTriedAgainAfterTheTimeAskedFor() {
    try (TestGateway stopping = TestGateway.of(Script.saying("сәлем"));
        Tap tap = Tap.to(stopping::address)) {
      stopping.gateway().gate().drain();
      OpenAIServiceException error =
          catchThrowableOfType(
              InternalServerException.class,
              () ->
                  client(tap.url(), TestGateway.KEY)
                      .chat()
                      .completions()
                      .create(OpenAiJavaTest.question().build()));
      assertThat(error.statusCode()).isEqualTo(503);
      assertThat(error.code()).contains("draining");
      assertThat(waits.asked).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(1));
      var exchanges = tap.take();
      assertThat(exchanges)
          .hasSize(3)
          .allSatisfy(x -> assertThat(x.status()).isEqualTo(503))
          .allSatisfy(x -> assertThat(x.headers()).containsEntry("x-should-retry", "true"));
      WireCheck.check(exchanges);
    }
  }

  private OpenAIClient client(String url, String key) {
    OpenAIClient client =
        OpenAIOkHttpClient.builder().baseUrl(url + "/v1").apiKey(key).sleeper(waits).build();
    clients.add(client);
    return client;
  }

  /** Notes how long the client would have waited, and does not wait. */
  private static final class Waits implements Sleeper {
    private final List<Duration> asked = new ArrayList<>();

    @Override
    public void sleep(Duration duration) {
      asked.add(duration);
    }

    @Override
    public CompletableFuture<Void> sleepAsync(Duration duration) {
      asked.add(duration);
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void close() {}
  }
}
