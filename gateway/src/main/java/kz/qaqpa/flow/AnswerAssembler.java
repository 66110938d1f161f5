package kz.qaqpa.flow;

import java.util.List;
import java.util.Objects;
import kz.qaqpa.batching.FinishReason;
import kz.qaqpa.batching.TokenEvent;
import kz.qaqpa.batching.TokenStream;
import kz.qaqpa.metrics.GatewayMetrics;
import kz.qaqpa.tokenizer.StopStringMatcher;
import kz.qaqpa.tokenizer.StreamingDecoder;
import kz.qaqpa.tokenizer.Tokenizer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.SynchronousSink;

/**
 * Tokens of one choice to its text: whole characters only, nothing of a stop string. A stop string
 * ends the stream exactly like a client that leaves. Confined to the event loop.
 */
final class AnswerAssembler {
  private final int choice;
  private final boolean firstOfPrompt;
  private final ChoiceMeter meter;
  private final StreamingDecoder decoder;
  private final @Nullable StopStringMatcher stops;
  private final int minTokens;
  private final ScoredTokens scored;
  private final AnswerTotals totals;
  private final RequestTrace trace;
  private final GatewayMetrics metrics;
  private boolean spoke;
  private long lastTokenNanos;

  /**
   * An assembler for one stream.
   *
   * @param choice which choice of the answer it is
   * @param meter counts what the choice uses, and lets as much text through as was granted
   */
  AnswerAssembler(
      ChatFlow.Call call,
      int choice,
      ChoiceMeter meter,
      Tokenizer tokenizer,
      AnswerTotals totals,
      GatewayMetrics metrics) {
    List<String> stop = call.generation().stop();
    this.choice = choice;
    this.firstOfPrompt = choice % call.generation().choices() == 0;
    this.meter = meter;
    this.decoder = tokenizer.streamingDecoder();
    this.stops = stop.isEmpty() ? null : new StopStringMatcher(stop);
    this.minTokens = call.generation().sampling().rules().minTokens();
    this.scored = new ScoredTokens(tokenizer, meter.prompt().echo());
    this.totals = totals;
    this.trace = call.trace();
    this.metrics = metrics;
    for (int token : meter.prompt().tail()) {
      decoder.push(token);
    }
  }

  void accept(TokenEvent event, SynchronousSink<AnswerPart> sink) {
    switch (event) {
      case TokenEvent.Token token -> token(token, sink);
      case TokenEvent.End end -> end(end, sink);
    }
  }

  private void token(TokenEvent.Token token, SynchronousSink<AnswerPart> sink) {
    count();
    if (token.logprobs() != null) {
      scored.add(token.id(), token.logprobs());
    }
    String text = decoder.push(token.id());
    scored.decoded(text);
    if (stops != null && !text.isEmpty() && meter.tokensSoFar() > minTokens) {
      text = stops.push(text);
    }
    text = meter.take(text);
    if (isEnded()) {
      finishEarly(text, sink);
    } else if (!text.isEmpty()) {
      sink.next(new AnswerPart(choice, text, scored.sent(text.length()), null));
    }
  }

  /** Whether a stop string was found, or text had to be cut off before it. */
  private boolean isEnded() {
    return meter.isFull() || (stops != null && stops.matched());
  }

  private void finishEarly(String text, SynchronousSink<AnswerPart> sink) {
    FinishReason reason = meter.isFull() ? FinishReason.LENGTH : FinishReason.STOP;
    finish(text, scored.sent(text.length()), reason, sink);
  }

  private void count() {
    meter.token();
    long now = System.nanoTime();
    if (trace.outputTokens() == 0) {
      metrics.token(true, now - trace.startNanos());
    } else if (spoke) {
      metrics.token(false, now - lastTokenNanos);
    }
    if (!spoke) {
      read(Objects.requireNonNull(meter.stream().prefill(), "tokens before the prompt was read"));
    }
    lastTokenNanos = now;
    trace.token(now);
  }

  private void read(TokenStream.Prefill prefill) {
    spoke = true;
    if (firstOfPrompt) {
      trace.read(prefill);
    }
  }

  private void end(TokenEvent.End end, SynchronousSink<AnswerPart> sink) {
    if (!spoke) {
      read(end.prefill()); // An answer without a token.
    }
    // What the decoder still holds is the beginning of a letter whose rest did not come. It is not
    // sent: nobody can read half a letter, and its replacement would be a letter nobody wrote.
    String text = meter.take(stops == null ? "" : stops.finish());
    if (isEnded()) {
      finishEarly(text, sink);
    } else {
      finish(text, scored.rest(), end.reason(), sink);
    }
  }

  private void finish(
      String text,
      List<ScoredToken> tokens,
      FinishReason reason,
      SynchronousSink<AnswerPart> sink) {
    meter.end();
    sink.next(new AnswerPart(choice, text, tokens, totals.end(reason)));
    sink.complete();
  }
}
