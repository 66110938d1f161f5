package kz.qaqpa.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.admission.AdmissionGate;
import kz.qaqpa.admission.Agency;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.admission.quota.Demand;
import kz.qaqpa.admission.quota.Limits;
import kz.qaqpa.admission.quota.QuotaBook;
import kz.qaqpa.admission.quota.Used;
import kz.qaqpa.admission.suspension.SuspensionCheck;
import kz.qaqpa.batching.GenerationRequest;
import kz.qaqpa.batching.TokenEvent;
import kz.qaqpa.batching.TokenStream;
import kz.qaqpa.batching.sample.SamplingParams;
import kz.qaqpa.fixture.MemoryLedger;
import kz.qaqpa.fixture.Nobody;
import kz.qaqpa.label.LocalText;
import kz.qaqpa.language.Language;
import kz.qaqpa.tokenizer.CharacterMeter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Whatever the order in which a client leaves and streams are opened, nothing is left or lost. */
class LeaseTest {
  private final QuotaBook book = QuotaBook.system();
  private final AdmissionGate gate =
      new AdmissionGate(Nobody.INSTANCE, book, new MemoryLedger(), SuspensionCheck.NONE);
  private final List<String> written = new ArrayList<>();
  private final Lease lease =
      new Lease(
          gate.admit(application(), new RequestTrace("req-1", "POST", "/v1/responses")),
          (charge, _, finish, _) -> {
            written.add(charge.promptTokens() + "+" + charge.outputTokens() + " " + finish);
            return Mono.empty();
          });
  private final Stream stream = new Stream();

  @Test
  void closedAfterwards_isChargedWhatWasComputed() {
    submit();
    assertThat(stream.closed).isFalse();
    lease.leave("stop").subscribe();
    lease.leave("stop").subscribe();
    assertThat(stream.closed).isTrue();
    assertThat(gate.live()).isZero();
    // Six of eight tokens of the prompt, six of its eight characters, three tokens of the answer.
    assertThat(book.totals().settled()).isEqualTo(new Used(9, 6));
    assertThat(book.totals().reserved()).isEqualTo(Used.NOTHING);
  }

  @Test
  void closedWhileStreamsAreOpened_endsWithTheLastOfThem() {
    reserve();
    lease.opening();
    lease.leave("stop").subscribe();
    assertThat(gate.live()).isEqualTo(1);
    assertThat(lease.isEnded()).isTrue();
    lease.own(part());
    lease.opened();
    assertThat(stream.closed).isTrue();
    assertThat(gate.live()).isZero();
    assertThat(book.totals().settled()).isEqualTo(new Used(9, 6));
  }

  @Test
  void closedBefore_opensNothing() {
    lease.leave("stop").subscribe();
    assertThat(gate.live()).isZero();
    assertThatThrownBy(lease::opening).isInstanceOf(IllegalStateException.class);
    assertThat(book.totals().settled()).isEqualTo(Used.NOTHING);
  }

  @Test
  void anEndedChoice_isChargedWhatItsTextWasMadeOf() {
    reserve();
    lease.opening();
    Lease.Part part = part();
    lease.own(part);
    lease.opened();
    ChoiceMeter choice = part.choices().getFirst();
    choice.token();
    choice.token();
    assertThat(choice.take("қазақ")).isEqualTo("қазақ");
    choice.end(); // The step loop was one token ahead.
    lease.leave("stop").subscribe();
    assertThat(book.totals().settled()).isEqualTo(new Used(6 + 2, 6 + 5));
  }

  @Test
  void onlyTheFirstEnd_isWritten() {
    submit();
    lease.leave("length").subscribe();
    lease.leave("abort").subscribe();
    assertThat(written).containsExactly("6+3 length");
  }

  @Test
  void aRefusal_isNotWritten_unlessSomethingRan() {
    lease.fail(new Refusal.Draining()).subscribe();
    assertThat(written).isEmpty();
  }

  @Test
  void aRefusalWithStreams_isWritten_asWhatItWas() {
    submit();
    lease.fail(new Refusal.Draining()).subscribe();
    assertThat(written).containsExactly("6+3 " + new Refusal.Draining().tag());
  }

  @Test
  void nothingThatIsKnown_isAnAbort() {
    submit();
    lease.leave(null).subscribe();
    assertThat(written).containsExactly("6+3 abort");
  }

  private void reserve() {
    assertThat(lease.reserve(new Demand(8, 8, List.of(20))).block()).isNotNull();
  }

  private void submit() {
    reserve();
    lease.opening();
    lease.own(part());
    lease.opened();
  }

  private Lease.Part part() {
    GenerationRequest request =
        new GenerationRequest(
            "id", "agency", 0, new int[8], 20, SamplingParams.greedy(), new int[0], Long.MAX_VALUE);
    ReadyPrompt prompt = new ReadyPrompt(request, 8, Language.KK, "", new int[0]);
    return new Lease.Part(
        prompt, List.of(new ChoiceMeter(prompt, stream, new CharacterMeter(Long.MAX_VALUE))));
  }

  private static Application application() {
    Agency agency = new Agency("agency", new LocalText("қ", "р", "e"), Limits.NONE);
    return new Application(agency, "app", Limits.NONE);
  }

  /** Six tokens of its prompt were read, three generated. */
  private static final class Stream implements TokenStream {
    boolean closed;

    @Override
    public Flux<TokenEvent> flux(Scheduler edge) {
      return Flux.never();
    }

    @Override
    public @Nullable Prefill prefill() {
      return null;
    }

    @Override
    public Progress progress() {
      return new Progress(6, 3);
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
