package kz.qaqpa.flow;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import kz.qaqpa.admission.AdmissionGate;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.Permit;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.batching.BatchingEngine;
import kz.qaqpa.batching.GenerationFailure;
import kz.qaqpa.batching.GenerationRequest;
import kz.qaqpa.batching.SubmitRefusal;
import kz.qaqpa.batching.TokenStream;
import kz.qaqpa.label.ContentLabel;
import kz.qaqpa.label.NoticePolicy;
import kz.qaqpa.label.sign.SigningFailure;
import kz.qaqpa.label.stamp.LabelStamper;
import kz.qaqpa.ledger.Ledger;
import kz.qaqpa.ledger.LedgerFailure;
import kz.qaqpa.ledger.UsageRecord;
import kz.qaqpa.metrics.GatewayMetrics;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * The way of one request for text: admitted, tokenised, submitted, streamed, settled.
 *
 * <p>Threads: E is the connection's event loop, T a tokenizer thread, S the step loop. Two things
 * flow back from the client. Demand: a socket that is not writable requests nothing, and S passes
 * over this one sequence. Cancel: {@code usingWhen} ends the {@link Lease}, whatever ended the
 * request and however far it had come, and with it stream and permit.
 */
public final class ChatFlow {
  private final AdmissionGate gate;
  private final TokenizePool pool;
  private final ServedModel model;
  private final PromptBuilder prompts;
  private final BatchingEngine engine;
  private final LabelStamper labels;
  private final Ledger ledger;
  private final GatewayMetrics metrics;

  /**
   * @param labels labels the answers of this model
   */
  public ChatFlow(
      AdmissionGate gate,
      TokenizePool pool,
      ServedModel model,
      PromptBuilder prompts,
      BatchingEngine engine,
      LabelStamper labels,
      Ledger ledger,
      GatewayMetrics metrics) {
    this.gate = gate;
    this.pool = pool;
    this.model = model;
    this.prompts = prompts;
    this.engine = engine;
    this.labels = labels;
    this.ledger = ledger;
    this.metrics = metrics;
  }

  /**
   * One request, already read and checked (step 1, on E).
   *
   * @param id what the answer will be called
   * @param generation what is asked
   * @param application who asks
   * @param deadline from the arrival of the request, as its client wants it; null for none
   * @param previousLabel id of the label of the answer that it continues, or null
   * @param trace what is noted of it
   * @param edge the connection's event loop
   */
  public record Call(
      String id,
      Generation generation,
      Application application,
      @Nullable Duration deadline,
      @Nullable String previousLabel,
      RequestTrace trace,
      Scheduler edge) {

    String agency() {
      return application.agency().id();
    }

    UsageRecord.Who who() {
      return new UsageRecord.Who(agency(), application.id(), generation.model());
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
    prompts.check(call.application(), call.generation());
    requireRoom();
    return Flux.usingWhen(
            Mono.fromSupplier(() -> admitted(call)), // 2, on E
            lease ->
                submitted(call, lease) // 3 and 4, on T
                    .takeUntilOther(lease.permit().revoked())
                    .publishOn(call.edge()) // 5, back on E
                    .flatMapMany(begun -> respond.apply(answer(call, lease, begun))),
            lease -> lease.leave(call.trace().finish()),
            Lease::fail,
            lease -> lease.leave(Lease.ABORT))
        .then();
  }

  /**
   * A full queue refuses here, on E, and not first after its turn on T: there the many that are
   * refused would keep back the few that are not, and take processor time from answers.
   */
  private void requireRoom() {
    if (engine.room() <= pool.waiting()) {
      throw refused(new SubmitRefusal(SubmitRefusal.Reason.QUEUE_FULL, "the queue is full"));
    }
  }

  private Lease admitted(Call call) {
    Permit permit = gate.admit(call.application(), call.trace());
    call.trace().rates(permit.rates());
    return new Lease(permit, new RecordWriter(ledger, call));
  }

  /**
   * An answer that the engine has taken.
   *
   * @param choices a meter for each
   */
  private record Begun(AnswerLabel label, List<ChoiceMeter> choices) {}

  /** Steps 3 and 4: text to tokens, reserved, and over to the step loop. */
  private Mono<Begun> submitted(Call call, Lease lease) {
    call.trace().enter(RequestTrace.Phase.TOKENIZE);
    Integer most = call.generation().maxTokens();
    call.trace()
        .wants(call.generation().operation(), call.generation().answers(), most == null ? 0 : most);
    return pool.call(() -> tokenized(call, lease))
        .flatMap(ready -> reserved(call, ready, lease)) // 3b
        .map(allowance -> opened(call, lease, allowance));
  }

  private List<ReadyPrompt> tokenized(Call call, Lease lease) {
    if (lease.isEnded()) {
      throw new IllegalStateException("the client left while its request waited");
    }
    List<ReadyPrompt> ready = prompts.build(call);
    call.trace().prompt(ready.stream().mapToInt(ReadyPrompt::tokens).sum());
    call.trace().speaks(ready.getFirst().language());
    return ready;
  }

  private static Mono<Allowance> reserved(Call call, List<ReadyPrompt> ready, Lease lease) {
    long start = System.nanoTime();
    return Allowance.reserve(call.generation(), ready, lease)
        .doOnNext(_ -> call.trace().reserved(System.nanoTime() - start));
  }

  private Begun opened(Call call, Lease lease, Allowance allowance) {
    call.trace().rates(allowance.rates());
    AnswerLabel label = label(call, allowance.prompts());
    lease.own(label);
    List<ChoiceMeter> choices = submit(allowance, call.generation().choices(), lease);
    call.trace().reads(() -> read(choices));
    call.trace().enter(RequestTrace.Phase.QUEUE);
    ContentLabel begins = label.beginning();
    metrics.begun(begins.notice().policy().tag(), begins.watermark() != null);
    return new Begun(label, choices);
  }

  /** Of the prompt that has come furthest. */
  private static int read(List<ChoiceMeter> choices) {
    return choices.stream()
        .mapToInt(choice -> choice.stream().progress().promptTokens())
        .max()
        .orElse(0);
  }

  /** Before anything is computed: an answer that could not be signed must not begin. */
  private AnswerLabel label(Call call, List<ReadyPrompt> prompts) {
    Application application = call.application();
    int answers = call.generation().answers();
    try {
      return new AnswerLabel(
          labels.begin(
              new LabelStamper.Beginning(
                  application.provenance(),
                  call.generation().continuesVisibly()
                      ? NoticePolicy.CLIENT
                      : application.terms().notice(),
                  answers,
                  prompts.getFirst().language(),
                  Instant.now(),
                  prompts.getFirst().request().sampling().watermark() != null,
                  call.previousLabel())),
          call.who(),
          answers,
          call.trace().streamed(),
          metrics);
    } catch (SigningFailure failure) {
      throw new Refusal.Overloaded(failure.text());
    }
  }

  private List<ChoiceMeter> submit(Allowance allowance, int choices, Lease lease) {
    List<ChoiceMeter> all = new ArrayList<>();
    lease.opening();
    try {
      for (ReadyPrompt prompt : allowance.prompts()) {
        List<ChoiceMeter> meters = new ArrayList<>(choices);
        for (TokenStream stream : submit(prompt.request(), choices)) {
          meters.add(new ChoiceMeter(prompt, stream, allowance.nextMeter()));
        }
        lease.own(new Lease.Part(prompt, meters));
        all.addAll(meters);
      }
    } finally {
      lease.opened();
    }
    return all;
  }

  private List<TokenStream> submit(GenerationRequest request, int choices) {
    try {
      return engine.submit(request, choices);
    } catch (SubmitRefusal refused) {
      throw refused(refused);
    }
  }

  private Refusal refused(SubmitRefusal refused) {
    metrics.rejected(refused.reason().name().toLowerCase(Locale.ROOT));
    return Refusals.of(refused);
  }

  /** Steps 10 and 11: tokens to text, on E. */
  private Answer answer(Call call, Lease lease, Begun begun) {
    List<ChoiceMeter> meters = begun.choices();
    AnswerTotals totals = new AnswerTotals(call.trace(), meters.size());
    List<Flux<AnswerPart>> choices = new ArrayList<>(meters.size());
    for (int i = 0; i < meters.size(); i++) {
      choices.add(parts(call, i, meters.get(i), totals));
    }
    return new Answer(
        call.id(),
        Instant.now().getEpochSecond(),
        model.id(),
        call.agency(),
        meters.size(),
        begun.label(),
        settled(
            call,
            lease,
            begun.label(),
            choices.size() == 1 ? choices.getFirst() : Flux.merge(choices)),
        Mono.defer(() -> settle(call, lease, Lease.ABORT)));
  }

  /**
   * Step 11b: the last part, or the failure, comes when the label is signed, and it and what was
   * used are written down.
   */
  private static Flux<AnswerPart> settled(
      Call call, Lease lease, AnswerLabel label, Flux<AnswerPart> parts) {
    return parts
        .takeUntilOther(lease.permit().revoked().publishOn(call.edge()))
        .concatMap(label::delivered, 0)
        .concatMap(
            part ->
                part.isLast()
                    ? settle(call, lease, call.trace().finish())
                        .then(Mono.fromSupplier(() -> labelled(label, part)))
                    : Mono.just(part),
            0)
        .onErrorResume(failure ->
            settle(call, lease, Refusals.tag(failure)).onErrorComplete().then(Mono.error(failure)));
  }

  /** Without a signature there is no answer: what says so follows instead of the last part. */
  private static AnswerPart labelled(AnswerLabel label, AnswerPart last) {
    SigningFailure failure = label.failure();
    if (failure != null) {
      throw new Refusal.Overloaded(failure.text());
    }
    return last;
  }

  private static Mono<Void> settle(Call call, Lease lease, @Nullable String why) {
    return lease
        .end(why)
        .onErrorMap(LedgerFailure.class, failure -> new Refusal.Overloaded(failure.text()))
        .publishOn(call.edge());
  }

  private Flux<AnswerPart> parts(Call call, int choice, ChoiceMeter meter, AnswerTotals totals) {
    AnswerAssembler assembler =
        new AnswerAssembler(call, choice, meter, model.tokenizer(), totals, metrics);
    Flux<AnswerPart> parts =
        meter.stream()
            .flux(call.edge())
            .<AnswerPart>handle(assembler::accept)
            .onErrorMap(GenerationFailure.class, Refusals::of);
    String echo = meter.prompt().echo();
    return echo.isEmpty() ? parts : parts.startWith(new AnswerPart(choice, echo, List.of(), null));
  }
}
