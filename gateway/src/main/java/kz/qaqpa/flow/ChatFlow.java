package kz.qaqpa.flow;

import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Function;
import kz.qaqpa.admission.AdmissionGate;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.PrefixSalts;
import kz.qaqpa.batching.BatchingEngine;
import kz.qaqpa.batching.GenerationFailure;
import kz.qaqpa.batching.GenerationRequest;
import kz.qaqpa.batching.SubmitRefusal;
import kz.qaqpa.batching.TokenStream;
import kz.qaqpa.http.api.ChatRequest;
import kz.qaqpa.metrics.GatewayMetrics;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * The way of one chat request: admitted, tokenised, submitted, streamed, settled.
 *
 * <p>Threads: E is the connection's event loop, T a tokenizer thread, S the step loop. Two things
 * flow back from the client. Demand: a socket that is not writable requests nothing, and S passes
 * over this one sequence. Cancel: {@code usingWhen} closes the {@link Lease}, whatever ended the
 * request and however far it had come, and with it stream and permit.
 */
public final class ChatFlow {
  private final AdmissionGate gate;
  private final TokenizePool pool;
  private final ServedModel model;
  private final PromptBuilder prompts;
  private final BatchingEngine engine;
  private final GatewayMetrics metrics;

  /**
   * @param deadline after which an answer is ended wherever it is
   */
  public ChatFlow(
      AdmissionGate gate,
      TokenizePool pool,
      ServedModel model,
      BatchingEngine engine,
      GatewayMetrics metrics,
      Duration deadline) {
    this.gate = gate;
    this.pool = pool;
    this.model = model;
    this.prompts = new PromptBuilder(model, PrefixSalts.random(), new SecureRandom(), deadline);
    this.engine = engine;
    this.metrics = metrics;
  }

  /**
   * One request, already read and checked (step 1, on E).
   *
   * @param id {@code chatcmpl-…}
   * @param request what is asked
   * @param application who asks
   * @param trace what is noted of it
   * @param edge the connection's event loop
   */
  public record Call(
      String id, ChatRequest request, Application application, RequestTrace trace, Scheduler edge) {

    String agency() {
      return application.agency().id();
    }
  }

  /**
   * Carries a request to its end.
   *
   * @param respond called on E once the engine has taken the request: only now is a status of 200
   *     decided. What it returns has sent the answer when it completes
   * @return ends with the answer, or with a {@link kz.qaqpa.admission.Refusal} if {@code respond}
   *     was not called; cancelling it at any time leaves nothing behind
   */
  public Mono<Void> run(Call call, Function<Answer, Publisher<Void>> respond) {
    prompts.check(call.request());
    return Flux.usingWhen(
            Mono.fromSupplier(() -> new Lease(gate.admit(call.application()))), // 2, on E
            lease ->
                submitted(call, lease) // 3 and 4, on T
                    .publishOn(call.edge()) // 5, back on E
                    .flatMapMany(stream -> respond.apply(answer(call, stream))),
            lease -> Mono.fromRunnable(lease::close))
        .then();
  }

  /** Steps 3 and 4: text to tokens, and over to the step loop. */
  private Mono<TokenStream> submitted(Call call, Lease lease) {
    call.trace().enter(RequestTrace.Phase.TOKENIZE);
    return pool.call(() -> {
      if (lease.isClosed()) {
        throw new IllegalStateException("the client left while its request waited");
      }
      GenerationRequest request = prompts.build(call);
      call.trace().prompt(request.prompt().length);
      TokenStream stream = submit(request);
      call.trace().enter(RequestTrace.Phase.QUEUE);
      lease.own(stream);
      return stream;
    });
  }

  private TokenStream submit(GenerationRequest request) {
    try {
      return engine.submit(request);
    } catch (SubmitRefusal refused) {
      throw Refusals.of(refused);
    }
  }

  /** Steps 10 and 11: tokens to text, on E. */
  private Answer answer(Call call, TokenStream stream) {
    AnswerAssembler assembler =
        new AnswerAssembler(
            stream,
            model.tokenizer().streamingDecoder(),
            call.request().stop(),
            call.trace(),
            metrics);
    Flux<AnswerPart> parts =
        stream
            .flux(call.edge())
            .<AnswerPart>handle(assembler::accept)
            .onErrorMap(GenerationFailure.class, Refusals::of);
    return new Answer(call.id(), Instant.now().getEpochSecond(), model.id(), call.agency(), parts);
  }
}
