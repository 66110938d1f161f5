package kz.qaqpa.label.sign;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import kz.qaqpa.label.ContentLabel;
import kz.qaqpa.label.key.KeyRing;
import kz.qaqpa.label.key.SigningKey;
import kz.qaqpa.label.schema.LabelSchema;
import kz.qaqpa.thread.WorkerThreads;
import reactor.core.publisher.Mono;

/**
 * The threads {@code label-sign-N}, which sign labels and heads of responses. Any thread; nothing
 * here waits.
 *
 * <pre>
 * Seats     An answer that has been delivered must not fail for want of a signature. So each answer
 *           takes a seat before it begins, and there are as many as signatures may wait: who has one
 *           is never turned away, and who gets none is refused while there is nothing to lose.
 * Bounds    A seat may have two signatures under way at most (head and label), so the queue has at
 *           most twice as many entries as there are seats.
 * Time      A token may hang. A signature that takes longer than the timeout fails; its thread goes
 *           on until the token answers.
 * </pre>
 */
public final class LabelSigner implements AutoCloseable {
  private final KeyRing ring;
  private final LabelSchema schema;
  private final int seats;
  private final Duration timeout;
  private final InstantSource clock;
  private final WorkerThreads threads;
  private final AtomicInteger taken = new AtomicInteger();

  /**
   * A signer.
   *
   * @param threads at least 1
   * @param seats answers that may be in the making at once, at least 1
   * @param timeout what a signature may take, waiting included
   */
  public LabelSigner(
      KeyRing ring,
      LabelSchema schema,
      int threads,
      int seats,
      Duration timeout,
      InstantSource clock) {
    this.ring = ring;
    this.schema = schema;
    this.seats = seats;
    this.timeout = timeout;
    this.clock = clock;
    // Bounded by the seats.
    this.threads = WorkerThreads.lasting("label-sign", threads, Integer.MAX_VALUE);
  }

  /**
   * Takes a seat for an answer that is about to begin.
   *
   * @throws SigningFailure if all are taken, or no key could sign its label: the answer must not
   *     begin
   */
  public Seat seat() {
    if (ring.signing(clock.instant()) == null) {
      throw new SigningFailure(
          SigningFailure.Reason.NO_KEY, "labels: no key to sign with (expected: one of this time)");
    }
    if (taken.incrementAndGet() > seats) {
      taken.decrementAndGet();
      throw new SigningFailure(
          SigningFailure.Reason.BUSY,
          "answers to be signed: " + seats + " (expected: fewer at once)");
    }
    return new Seat();
  }

  /** Seats that are taken. */
  public int taken() {
    return taken.get();
  }

  /** Signatures that wait for a thread. */
  public int waiting() {
    return threads.waiting();
  }

  /** The form in which labels are written. */
  public LabelSchema schema() {
    return schema;
  }

  /** What waits is not signed any more. */
  @Override
  public void close() {
    threads.close();
  }

  /** The right of one answer to its signatures. Any thread. */
  public final class Seat implements AutoCloseable {
    private final AtomicBoolean open = new AtomicBoolean(true);

    private Seat() {}

    /**
     * Signs a label, with the key of the time at which its answer was begun. Begins when somebody
     * subscribes; leaving takes it out of the queue.
     *
     * @return the signed label, on another thread, or {@link SigningFailure}
     */
    public Mono<SignedLabel> sign(ContentLabel label) {
      return call(label.producedAt(), key -> LabelJson.sign(key, schema, label));
    }

    /**
     * Signs bytes, with the key of now; otherwise as {@link #sign(ContentLabel)}.
     *
     * @param base what to sign, made once it is known which key signs
     */
    public Mono<RawSignature> sign(SignatureBase base) {
      return call(
          clock.instant(), key -> new RawSignature(key.half(), key.sign(base.of(key.half()))));
    }

    /** Gives the seat back. What is under way is finished. Does nothing the second time. */
    @Override
    public void close() {
      if (open.compareAndSet(true, false)) {
        taken.decrementAndGet();
      }
    }
  }

  /** What a signature is of, where it names its key. */
  @FunctionalInterface
  public interface SignatureBase {
    /** The bytes for a key. */
    byte[] of(kz.qaqpa.label.key.VerificationKey key);
  }

  private interface Work<T> {
    T with(SigningKey key);
  }

  private <T> Mono<T> call(Instant at, Work<T> work) {
    return threads
        .call(
            () -> {
              SigningKey key = ring.signing(at);
              if (key == null) {
                throw new SigningFailure(
                    SigningFailure.Reason.NO_KEY, "labels: no key of " + at + " (expected: one)");
              }
              return work.with(key);
            },
            () -> new SigningFailure(SigningFailure.Reason.STOPPED, "the gateway is stopping"))
        .timeout(timeout)
        .onErrorMap(LabelSigner::failure);
  }

  private static SigningFailure failure(Throwable e) {
    return switch (e) {
      case SigningFailure known -> known;
      case TimeoutException _ ->
          new SigningFailure(
              SigningFailure.Reason.TIMEOUT, "labels: no signature in time (expected: one)");
      default ->
          new SigningFailure(
              SigningFailure.Reason.TOKEN,
              "labels: the key cannot be used (expected: a signature)");
    };
  }
}
