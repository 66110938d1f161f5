package kz.qaqpa.admission.quota;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands still until a test moves it, in either direction. Any thread. */
public final class FakeClock implements InstantSource {
  private final AtomicLong millis;

  /** Stands at a moment, written as {@code 2026-11-23T12:00:00Z}. */
  public FakeClock(String moment) {
    this.millis = new AtomicLong(Instant.parse(moment).toEpochMilli());
  }

  /** Moves, also backwards. */
  public void move(Duration by) {
    millis.addAndGet(by.toMillis());
  }

  /** Jumps. */
  public void set(String moment) {
    millis.set(Instant.parse(moment).toEpochMilli());
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis.get());
  }

  @Override
  public long millis() {
    return millis.get();
  }

  /** For requests per second: the same time. */
  public long nanos() {
    return millis.get() * 1_000_000;
  }

  /** A book that goes by this clock. */
  public QuotaBook book() {
    return new QuotaBook(this, this::nanos);
  }
}
