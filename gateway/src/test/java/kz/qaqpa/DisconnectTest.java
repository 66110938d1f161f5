package kz.qaqpa;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import kz.qaqpa.batching.fixture.PseudoModel;
import kz.qaqpa.fixture.Caller;
import kz.qaqpa.fixture.Caller.Wire;
import kz.qaqpa.fixture.HttpTuning;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A client that leaves, in every phase and over every wire: its sequence leaves the batch at the
 * next step, and no slot and no permit is left behind.
 */
@ParameterizedClass
@EnumSource(Wire.class)
class DisconnectTest {
  private static final String ENDLESS = "қазақ ";
  private static final String STREAM = "\"stream\":true";

  private final Wire wire;

  DisconnectTest(Wire wire) {
    this.wire = wire;
  }

  @ParameterizedTest
  @ValueSource(strings = {STREAM, ""})
  void inTheBody(String how) throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying("иә"))) {
      try (Caller client = call(gateway)) {
        client.begin("{\"model\":\"kaz-mini\"," + how);
        client.leave();
        assertThat(gateway.post(TestGateway.chat("a", "")).statusCode()).isEqualTo(200);
        gateway.awaitNothingLeft();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {STREAM, ""})
  void duringTokenisation(String how) throws Exception {
    Semaphore entered = new Semaphore(0);
    Semaphore proceed = new Semaphore(0);
    try (TestGateway gateway = heldInTokenisation(Script.repeating(ENDLESS), entered, proceed);
        Caller client = call(gateway)) {
      client.chat(TestGateway.chat("a", how));
      assertThat(entered.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
      assertThat(gateway.gateway().gate().live()).isEqualTo(1);
      client.leave();
      TestGateway.await(() -> gateway.gateway().gate().live() == 0);
      // Tokenisation ends only now; nothing is reserved or submitted any more.
      proceed.release(2);
      String next = TestGateway.chat("b", "\"max_tokens\":3");
      assertThat(gateway.post(next).statusCode()).isEqualTo(200);
      gateway.awaitNothingLeft();
      assertThat(gateway.gateway().engine().stats().promptTokens()).isEqualTo(2);
      assertThat(gateway.gateway().engine().stats().cancelled()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {STREAM, ""})
  void whileWaitingForTokenisation(String how) throws Exception {
    Semaphore entered = new Semaphore(0);
    Semaphore proceed = new Semaphore(0);
    try (TestGateway gateway = heldInTokenisation(Script.saying("иә"), entered, proceed);
        Caller first = call(gateway);
        Caller second = call(gateway)) {
      first.chat(TestGateway.chat("a", STREAM));
      assertThat(entered.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
      second.chat(TestGateway.chat("b", how));
      TestGateway.await(() -> gateway.gateway().gate().live() == 2);
      second.leave();
      TestGateway.await(() -> gateway.gateway().gate().live() == 1);
      proceed.release();
      assertThat(first.readUntil("[DONE]")).contains("\"и\"").contains("\"ә\"");
      gateway.awaitNothingLeft();
      assertThat(entered.availablePermits()).as("tokenised").isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {STREAM, ""})
  void inTheQueue(String how) throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.repeating(ENDLESS));
        Caller running = call(gateway);
        Caller queued = call(gateway)) {
      Semaphore steps = steps(gateway);
      running.chat(TestGateway.chat("a", STREAM));
      TestGateway.await(() -> gateway.gateway().engine().stats().running() == 1);
      queued.chat(TestGateway.chat("b", how));
      TestGateway.await(() -> gateway.gateway().gate().live() == 2);
      queued.leave();
      TestGateway.await(() -> gateway.gateway().gate().live() == 1);
      running.leave();
      assertGoneAtTheNextStep(gateway, steps);
    }
  }

  /** The prompt takes four steps; the client leaves in the second. */
  @ParameterizedTest
  @ValueSource(strings = {STREAM, ""})
  void inPrefill(String how) throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.repeating(ENDLESS));
        Caller client = call(gateway)) {
      Semaphore steps = steps(gateway);
      client.chat(TestGateway.chat("х ".repeat(950), how));
      steps.release();
      TestGateway.await(() -> gateway.engine().steps() == 1 && steps.hasQueuedThreads());
      assertThat(gateway.gateway().engine().stats().outputTokens()).isZero();
      long prompt = gateway.gateway().engine().stats().promptTokens();
      client.leave();
      assertGoneAtTheNextStep(gateway, steps);
      assertThat(gateway.gateway().engine().stats().computedPromptTokens()).isLessThan(prompt);
      assertThat(gateway.gateway().engine().stats().cancelled()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {STREAM, ""})
  void inTheAnswer(String how) throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.repeating(ENDLESS));
        Caller client = call(gateway)) {
      Semaphore steps = steps(gateway);
      client.chat(TestGateway.chat("a", how));
      steps.release(20);
      TestGateway.await(() -> gateway.engine().steps() == 20);
      if (how.equals(STREAM)) {
        client.readUntil("\"content\":\"қ");
      }
      client.leave();
      assertGoneAtTheNextStep(gateway, steps);
      assertThat(gateway.gateway().engine().stats().cancelled()).isEqualTo(1);
    }
  }

  /** The step under way ends; there is none after it. */
  private static void assertGoneAtTheNextStep(TestGateway gateway, Semaphore steps)
      throws InterruptedException {
    TestGateway.await(() -> gateway.gateway().gate().live() == 0);
    long before = gateway.engine().steps();
    steps.release(1_000_000);
    gateway.awaitNothingLeft();
    assertThat(gateway.engine().steps()).isLessThanOrEqualTo(before + 1);
  }

  /** Lets no step begin without leave. */
  private static Semaphore steps(TestGateway gateway) {
    Semaphore steps = new Semaphore(0);
    gateway.engine().beforeStep(_ -> steps.acquireUninterruptibly());
    return steps;
  }

  private Caller call(TestGateway gateway) throws Exception {
    return wire.call(gateway.address());
  }

  /** A gateway whose tokenizer threads tell that they have a request, and wait for leave. */
  private static TestGateway heldInTokenisation(
      PseudoModel model, Semaphore entered, Semaphore proceed) {
    return TestGateway.of(
        model,
        Script.model(
            TestGateway.CONTEXT,
            messages -> {
              entered.release();
              proceed.acquireUninterruptibly();
              return Script.encode(messages);
            }),
        http -> HttpTuning.of(http).settings()); // One thread that tokenises.
  }
}
