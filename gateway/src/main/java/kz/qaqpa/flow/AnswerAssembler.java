package kz.qaqpa.flow;

import java.util.List;
import java.util.Objects;
import kz.qaqpa.batching.FinishReason;
import kz.qaqpa.batching.TokenEvent;
import kz.qaqpa.batching.TokenStream;
import kz.qaqpa.http.api.Usage;
import kz.qaqpa.metrics.GatewayMetrics;
import kz.qaqpa.tokenizer.StopStringMatcher;
import kz.qaqpa.tokenizer.StreamingDecoder;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.SynchronousSink;

/**
 * Tokens of one answer to its text: whole characters only, nothing of a stop string. A stop string
 * ends the stream exactly like a client that leaves. Confined to the event loop.
 */
final class AnswerAssembler {
  private final TokenStream stream;
  private final StreamingDecoder decoder;
  private final @Nullable StopStringMatcher stops;
  private final RequestTrace trace;
  private final GatewayMetrics metrics;
  private long lastTokenNanos;

  AnswerAssembler(
      TokenStream stream,
      StreamingDecoder decoder,
      List<String> stop,
      RequestTrace trace,
      GatewayMetrics metrics) {
    this.stream = stream;
    this.decoder = decoder;
    this.stops = stop.isEmpty() ? null : new StopStringMatcher(stop);
    this.trace = trace;
    this.metrics = metrics;
    this.lastTokenNanos = trace.startNanos();
  }

  void accept(TokenEvent event, SynchronousSink<AnswerPart> sink) {
    switch (event) {
      case TokenEvent.Token token -> token(token, sink);
      case TokenEvent.End end -> end(end, sink);
    }
  }

  private void token(TokenEvent.Token token, SynchronousSink<AnswerPart> sink) {
    long now = System.nanoTime();
    metrics.token(trace.outputTokens() == 0, now - lastTokenNanos);
    lastTokenNanos = now;
    if (trace.outputTokens() == 0) {
      trace.measured(Objects.requireNonNull(stream.prefill(), "tokens before the prompt was read"));
    }
    trace.token(now);
    String text = decoder.push(token.id());
    if (stops != null && !text.isEmpty()) {
      text = stops.push(text);
      if (stops.matched()) {
        finish(
            text,
            FinishReason.STOP,
            new Usage(trace.promptTokens(), trace.cachedTokens(), trace.outputTokens()),
            sink);
        return;
      }
    }
    if (!text.isEmpty()) {
      sink.next(new AnswerPart(text, null));
    }
  }

  private void end(TokenEvent.End end, SynchronousSink<AnswerPart> sink) {
    trace.measured(end.prefill()); // Not known yet if the answer is empty.
    String text = decoder.finish();
    FinishReason reason = end.reason();
    if (stops != null) {
      text = stops.push(text) + stops.finish();
      reason = stops.matched() ? FinishReason.STOP : reason;
    }
    Usage usage = new Usage(end.promptTokens(), trace.cachedTokens(), end.outputTokens());
    finish(text, reason, usage, sink);
  }

  private void finish(
      String text, FinishReason reason, Usage usage, SynchronousSink<AnswerPart> sink) {
    AnswerPart.Ending ending = new AnswerPart.Ending(reason, usage);
    trace.finished(ending.finishReason());
    sink.next(new AnswerPart(text, ending));
    sink.complete();
  }
}
