package kz.qaqpa.http.tokens;

import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.admission.Application;
import kz.qaqpa.flow.Prompt;
import kz.qaqpa.flow.ServedModel;
import kz.qaqpa.flow.TokenizeFlow;
import kz.qaqpa.http.api.Json;
import kz.qaqpa.http.api.TokenText;
import kz.qaqpa.http.route.JsonDoor;
import kz.qaqpa.http.route.Route;
import kz.qaqpa.http.wire.Exchange;
import kz.qaqpa.metrics.GatewayMetrics;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** {@code POST /tokenize} and {@code POST /detokenize}, as vLLM has them. */
public final class TokensRoute implements Route {
  private static final String TOKENIZE = "/tokenize";
  private static final String DETOKENIZE = "/detokenize";

  private final JsonDoor door;
  private final TokenizeFlow flow;
  private final ServedModel model;
  private final GatewayMetrics metrics;

  public TokensRoute(JsonDoor door, TokenizeFlow flow, ServedModel model, GatewayMetrics metrics) {
    this.door = door;
    this.flow = flow;
    this.model = model;
    this.metrics = metrics;
  }

  @Override
  public boolean isAt(String path) {
    return path.equals(TOKENIZE) || path.equals(DETOKENIZE);
  }

  @Override
  public List<String> methods() {
    return List.of("POST");
  }

  @Override
  public Mono<Void> serve(Exchange exchange) {
    return door.authenticate(exchange).flatMap(application -> serve(exchange, application));
  }

  private Mono<Void> serve(Exchange exchange, Application application) {
    return exchange.path().equals(TOKENIZE)
        ? door.read(exchange, TokenizeRequest::read)
            .flatMap(request -> tokenize(exchange, application, request))
        : door.read(exchange, DetokenizeRequest::read)
            .flatMap(request -> detokenize(exchange, application, request));
  }

  private Mono<Void> tokenize(Exchange exchange, Application application, TokenizeRequest request) {
    begin(exchange, application, request.model(), request.ignored());
    model.requireShort(request.prompt());
    return flow.run(
            application,
            exchange.trace(),
            door.edge(exchange),
            () -> Json.bytes(tokenized(exchange, request)))
        .flatMap(body -> exchange.json(200, body));
  }

  private Mono<Void> detokenize(
      Exchange exchange, Application application, DetokenizeRequest request) {
    begin(exchange, application, request.model(), request.ignored());
    model.requireShort(request.tokens());
    return flow.run(
            application,
            exchange.trace(),
            door.edge(exchange),
            () -> Json.bytes(detokenized(exchange, request)))
        .flatMap(body -> exchange.json(200, body));
  }

  private void begin(
      Exchange exchange, Application application, @Nullable String asked, int ignored) {
    metrics.ignored(ignored);
    exchange.trace().asks(asked == null ? model.id() : asked, false);
    if (asked != null) {
      model.requireNamed(asked);
    }
    application.requireAllowed(model.id());
  }

  private TokensJson.Tokenized tokenized(Exchange exchange, TokenizeRequest request) {
    int[] tokens =
        switch (request.prompt()) {
          case Prompt.Conversation talk -> model.encode(talk, request.answerFollows());
          case Prompt.Text text -> model.encode(text, false);
          case Prompt.Tokens ids -> ids.ids();
        };
    int[] all = request.started() ? model.started(tokens) : tokens;
    exchange.trace().prompt(all.length);
    int words = request.texts().stream().mapToInt(Words::count).sum();
    return new TokensJson.Tokenized(
        all.length,
        model.contextLength(),
        all,
        request.strings() ? strings(all) : null,
        request.texts().stream().mapToInt(TokensRoute::characters).sum(),
        words,
        TokensJson.perWord(all.length, words));
  }

  private List<String> strings(int[] tokens) {
    List<String> strings = new ArrayList<>(tokens.length);
    for (int token : tokens) {
      strings.add(TokenText.of(model.tokenizer().bytes(token)));
    }
    return strings;
  }

  private TokensJson.Detokenized detokenized(Exchange exchange, DetokenizeRequest request) {
    int[] tokens = model.require(request.tokens());
    exchange.trace().prompt(tokens.length);
    String text = model.tokenizer().decode(tokens, false);
    int words = Words.count(text);
    return new TokensJson.Detokenized(
        text, characters(text), words, TokensJson.perWord(tokens.length, words));
  }

  private static int characters(String text) {
    return text.codePointCount(0, text.length());
  }
}
