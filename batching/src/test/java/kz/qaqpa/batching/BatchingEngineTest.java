package kz.qaqpa.batching;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import kz.qaqpa.batching.TokenEvent.End;
import kz.qaqpa.batching.TokenEvent.Token;
import kz.qaqpa.batching.fixture.Engines;
import kz.qaqpa.batching.fixture.FakeEngine;
import kz.qaqpa.batching.fixture.PseudoModel;
import kz.qaqpa.batching.sample.SamplingParams;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.scheduler.Schedulers;

class BatchingEngineTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @RegisterExtension final Engines engines = new Engines();

  private final FakeEngine fake =
      new FakeEngine(FakeEngine.shape(1000, 4, 512, 64), PseudoModel.counting());

  private static GenerationRequest request(int maxTokens, int... prompt) {
    return new GenerationRequest(
        "r",
        "agency",
        1,
        prompt,
        maxTokens,
        SamplingParams.greedy(),
        new int[] {999},
        Long.MAX_VALUE);
  }

  private static List<TokenEvent> read(TokenStream stream) {
    List<TokenEvent> events = stream.flux(Schedulers.parallel()).collectList().block(SOON);
    stream.close();
    return events == null ? new ArrayList<>() : events;
  }

  @Test
  void streamsTokensAndOneEnd() {
    BatchingEngine engine = engines.start(fake, BatchingSettings.defaults());

    List<TokenEvent> events = read(engine.submit(request(3, 5, 6, 7)));

    assertThat(events.subList(0, 3))
        .containsExactly(new Token(8, null), new Token(9, null), new Token(10, null));
    End end = (End) events.get(3);
    assertThat(end.reason()).isEqualTo(FinishReason.LENGTH);
    assertThat(end.promptTokens()).isEqualTo(3);
    assertThat(end.outputTokens()).isEqualTo(3);
    assertThat(engine.stats().finished()).isEqualTo(1);
    assertThat(engine.stats().outputTokens()).isEqualTo(3);
  }

  @Test
  void endsAtAStopTokenThatIsNotDelivered() {
    BatchingEngine engine = engines.start(fake, BatchingSettings.defaults());

    List<TokenEvent> events = read(engine.submit(request(100, 996)));

    assertThat(events.subList(0, 2)).containsExactly(new Token(997, null), new Token(998, null));
    assertThat(((End) events.get(2)).reason()).isEqualTo(FinishReason.STOP);
  }

  @Test
  void readsALongPromptInChunks() {
    BatchingEngine engine = engines.start(fake, BatchingSettings.defaults().withStepTokens(64));

    List<TokenEvent> events = read(engine.submit(request(1, IntStream.range(0, 300).toArray())));

    assertThat(events.getFirst()).isEqualTo(new Token(300, null));
    assertThat(engine.stats().steps()).isEqualTo(5);
  }
}
