package kz.qaqpa.batching.loop;

import static kz.qaqpa.batching.loop.LoopCalls.SOON;
import static kz.qaqpa.batching.loop.LoopCalls.await;
import static kz.qaqpa.batching.loop.LoopCalls.kind;
import static kz.qaqpa.batching.loop.LoopCalls.read;
import static kz.qaqpa.batching.loop.LoopCalls.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.batching.BatchingEngine;
import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.batching.GenerationFailure;
import kz.qaqpa.batching.TokenEvent;
import kz.qaqpa.batching.TokenStream;
import kz.qaqpa.batching.fixture.Engines;
import kz.qaqpa.batching.fixture.FakeEngine;
import kz.qaqpa.batching.fixture.PseudoModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** Readers of a loop's streams: slow ones, those that pause, leave, come late or not at all. */
@Timeout(180)
class ReadersTest {
  private static final BatchingSettings SETTINGS = BatchingSettings.defaults();

  @RegisterExtension final Engines engines = new Engines();

  private final FakeEngine fake =
      new FakeEngine(FakeEngine.shape(1000, 40, 1024, 64), PseudoModel.counting());

  @Test
  void aReaderThatAsksForNothingStopsItsOwnStreamOnly() {
    BatchingEngine engine = engines.start(fake, SETTINGS.withStreams(Duration.ofSeconds(1), 256));
    TokenStream slow = engine.submit(request(0, 500));
    TokenStream quick = engine.submit(request(1, 200)); // Its ring has room for all of it.

    StepVerifier.create(slow.flux(Schedulers.parallel()), 0)
        .expectSubscription()
        .then(() -> assertThat(read(quick)).hasSize(201))
        .then(() -> await(() -> engine.stats().failed() == 1))
        .thenRequest(Long.MAX_VALUE)
        .thenConsumeWhile(event -> event instanceof TokenEvent.Token)
        .expectErrorSatisfies(
            e -> assertThat(kind(e)).isEqualTo(GenerationFailure.Kind.SLOW_CONSUMER))
        .verify(SOON);
    assertThat(engine.stats().running()).isZero();
  }

  @Test
  void aReaderThatPausesGetsEveryTokenInOrder() {
    BatchingEngine engine = engines.start(fake, SETTINGS.withStreams(Duration.ofSeconds(30), 8));
    TokenStream stream = engine.submit(request(0, 300));
    List<TokenEvent> seen = new ArrayList<>();

    StepVerifier.create(stream.flux(Schedulers.parallel()).doOnNext(seen::add), 0)
        .expectSubscription()
        .then(() -> await(() -> engine.stats().stalled() == 1))
        .thenRequest(5)
        .expectNextCount(5)
        .then(() -> await(() -> engine.stats().stalled() == 1))
        .thenRequest(Long.MAX_VALUE)
        .expectNextCount(296)
        .verifyComplete();

    for (int i = 0; i < 300; i++) {
      assertThat(seen.get(i)).isEqualTo(new TokenEvent.Token(i + 1, null));
    }
  }

  @Test
  void aStreamThatIsNeverReadEndsByClose() {
    BatchingEngine engine = engines.start(fake, SETTINGS);
    try (TokenStream stream = engine.submit(request(0, 1000))) {
      await(() -> engine.stats().stalled() == 1);
      assertThat(engine.stats().running()).isEqualTo(1);
      assertThat(stream).isNotNull();
    }
    await(() -> engine.stats().running() == 0);
    assertThat(engine.stats().cancelled()).isEqualTo(1);
  }

  @Test
  void cancellingTheFluxEndsTheSequenceAndClosingTellsTheReader() {
    BatchingEngine engine = engines.start(fake, SETTINGS);
    StepVerifier.create(engine.submit(request(0, 1000)).flux(Schedulers.parallel()), 3)
        .expectNextCount(3)
        .thenCancel()
        .verify(SOON);
    await(() -> engine.stats().cancelled() == 1);

    TokenStream closed = engine.submit(request(0, 1000));
    StepVerifier.create(closed.flux(Schedulers.parallel()), 3)
        .expectNextCount(3)
        .then(closed::close)
        .then(() -> await(() -> engine.stats().cancelled() == 2))
        .thenRequest(Long.MAX_VALUE)
        .thenConsumeWhile(event -> true)
        .expectErrorMessage("the stream was closed")
        .verify(SOON);
  }

  @Test
  void aStreamIsReadOnceAndAlsoAfterItsEnd() {
    BatchingEngine engine = engines.start(fake, SETTINGS);
    TokenStream stream = engine.submit(request(0, 4));
    await(() -> engine.stats().finished() == 1);

    assertThat(read(stream)).hasSize(5);
    assertThatThrownBy(() -> read(stream)).isInstanceOf(IllegalStateException.class);
    stream.close();
  }
}
