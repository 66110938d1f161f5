package kz.qaqpa.http.route;

import java.util.List;
import kz.qaqpa.admission.Application;
import kz.qaqpa.flow.Answer;
import kz.qaqpa.flow.AnswerPart;
import kz.qaqpa.flow.ChatFlow;
import kz.qaqpa.flow.Generation;
import kz.qaqpa.flow.Prompt;
import kz.qaqpa.http.api.ChatRequest;
import kz.qaqpa.http.api.ChatRequestReader;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.wire.AnswerWriter;
import kz.qaqpa.http.wire.Exchange;
import kz.qaqpa.http.wire.SseEncoder;
import kz.qaqpa.metrics.GatewayMetrics;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** {@code POST /v1/chat/completions}, streamed and whole. */
public final class ChatRoute implements Route {
  private final JsonDoor door;
  private final ChatFlow flow;
  private final AnswerWriter writer;
  private final GatewayMetrics metrics;

  public ChatRoute(JsonDoor door, ChatFlow flow, AnswerWriter writer, GatewayMetrics metrics) {
    this.door = door;
    this.flow = flow;
    this.writer = writer;
    this.metrics = metrics;
  }

  @Override
  public boolean isAt(String path) {
    return path.equals("/v1/chat/completions");
  }

  @Override
  public List<String> methods() {
    return List.of("POST");
  }

  @Override
  public Mono<Void> serve(Exchange exchange) {
    Application application = door.authenticate(exchange);
    return door.read(exchange, ChatRequestReader::read)
        .flatMap(reading -> answer(exchange, application, reading));
  }

  private Mono<Void> answer(
      Exchange exchange, Application application, ChatRequestReader.Reading reading) {
    ChatRequest request = reading.request();
    metrics.ignored(reading.ignored());
    exchange.trace().asks(request.model(), request.stream());
    ChatFlow.Call call =
        new ChatFlow.Call(
            "chatcmpl-" + Exchange.randomHex(),
            generation(request),
            application,
            exchange.trace(),
            door.edge(exchange));
    return flow.run(
        call,
        answer ->
            request.stream()
                ? writer.stream(
                    exchange,
                    answer,
                    new SseEncoder(exchange.channel().alloc(), answer, request.includeUsage()))
                : writer.whole(exchange, answer, new WholeAnswer(answer)));
  }

  private static Generation generation(ChatRequest request) {
    return new Generation(
        request.model(),
        List.of(new Prompt.Conversation(request.messages(), false, "messages")),
        1,
        request.maxTokens(),
        "max_completion_tokens",
        request.sampling(),
        request.stop(),
        0);
  }

  /** Parts joined. */
  private static final class WholeAnswer implements AnswerWriter.WholeBody {
    private final Answer answer;
    private final StringBuilder text = new StringBuilder();
    private AnswerPart.@Nullable Ending ending;

    WholeAnswer(Answer answer) {
      this.answer = answer;
    }

    @Override
    public void add(AnswerPart part) {
      text.append(part.text());
      ending = part.ending();
    }

    @Override
    public byte[] json() {
      if (ending == null || ending.usage() == null) {
        throw new IllegalStateException("an answer without an end");
      }
      return Json.bytes(
          Json.Completion.of(
              answer.id(),
              answer.created(),
              answer.model(),
              text.toString(),
              ending.finishReason(),
              ending.usage()));
    }
  }
}
