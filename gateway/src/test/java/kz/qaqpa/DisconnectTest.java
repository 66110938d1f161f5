package kz.qaqpa;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import kz.qaqpa.batching.fixture.FakeEngine;
import kz.qaqpa.batching.fixture.PseudoModel;
import kz.qaqpa.fixture.RawClient;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import org.junit.jupiter.api.Test;

/** A client that leaves, in every phase: no slot and no permit may be left behind. */
class DisconnectTest {

  @Test
  void whileStreaming() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.repeating("қазақ "))) {
      slow(gateway.engine());
      try (RawClient client = new RawClient(gateway.address())) {
        client.chat(TestGateway.chat("a", "\"stream\":true"));
        client.readUntil("\"content\":\"қ");
      }
      gateway.awaitNothingLeft();
      assertThat(gateway.gateway().engine().stats().cancelled()).isEqualTo(1);
    }
  }

  @Test
  void duringAWholeAnswer() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.repeating("қазақ "))) {
      CountDownLatch running = slow(gateway.engine());
      try (RawClient client = new RawClient(gateway.address())) {
        client.chat(TestGateway.chat("a", ""));
        assertThat(running.await(10, TimeUnit.SECONDS)).isTrue();
      }
      gateway.awaitNothingLeft();
      assertThat(gateway.gateway().engine().stats().cancelled()).isEqualTo(1);
    }
  }

  @Test
  void duringTokenisation() throws Exception {
    Semaphore entered = new Semaphore(0);
    Semaphore proceed = new Semaphore(0);
    try (TestGateway gateway = heldInTokenisation(Script.repeating("қазақ "), entered, proceed)) {
      try (RawClient client = new RawClient(gateway.address())) {
        client.chat(TestGateway.chat("a", "\"stream\":true"));
        assertThat(entered.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
        assertThat(gateway.gateway().gate().live()).isEqualTo(1);
      }
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

  @Test
  void whileWaitingForTokenisation() throws Exception {
    Semaphore entered = new Semaphore(0);
    Semaphore proceed = new Semaphore(0);
    try (TestGateway gateway = heldInTokenisation(Script.saying("иә"), entered, proceed);
        RawClient first = new RawClient(gateway.address())) {
      first.chat(TestGateway.chat("a", "\"stream\":true"));
      assertThat(entered.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
      try (RawClient second = new RawClient(gateway.address())) {
        second.chat(TestGateway.chat("b", "\"stream\":true"));
        TestGateway.await(() -> gateway.gateway().gate().live() == 2);
      }
      TestGateway.await(() -> gateway.gateway().gate().live() == 1);
      proceed.release();
      assertThat(first.readUntil("[DONE]")).contains("\"и\"").contains("\"ә\"");
      gateway.awaitNothingLeft();
      assertThat(entered.availablePermits()).as("tokenised").isZero();
    }
  }

  @Test
  void inTheQueue() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.repeating("қазақ "))) {
      Semaphore steps = new Semaphore(0);
      gateway.engine().beforeStep(_ -> steps.acquireUninterruptibly());
      try (RawClient running = new RawClient(gateway.address())) {
        running.chat(TestGateway.chat("a", "\"stream\":true"));
        TestGateway.await(() -> gateway.gateway().engine().stats().running() == 1);
        try (RawClient queued = new RawClient(gateway.address())) {
          queued.chat(TestGateway.chat("b", "\"stream\":true"));
          TestGateway.await(() -> gateway.gateway().gate().live() == 2);
        }
        TestGateway.await(() -> gateway.gateway().gate().live() == 1);
      }
      TestGateway.await(() -> gateway.gateway().gate().live() == 0);
      steps.release(1_000_000);
      gateway.awaitNothingLeft();
    }
  }

  @Test
  void inTheBody() throws Exception {
    try (TestGateway gateway = TestGateway.of(Script.saying("иә"))) {
      try (RawClient client = new RawClient(gateway.address())) {
        client.send(RawClient.head(1000)).send("{\"model\":");
      }
      assertThat(gateway.post(TestGateway.chat("a", "")).statusCode()).isEqualTo(200);
      gateway.awaitNothingLeft();
    }
  }

  /** Makes each step take about a millisecond, so that an answer lasts; tells when one began. */
  private static CountDownLatch slow(FakeEngine engine) {
    CountDownLatch running = new CountDownLatch(1);
    engine.beforeStep(_ -> {
      running.countDown();
      java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
    });
    return running;
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
        UnaryOperator.identity());
  }
}
