package kz.qaqpa.admission.suspension;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import kz.qaqpa.admission.AdmissionGate;
import kz.qaqpa.admission.Refusal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * The suspensions in force: those of the register as it was last read, and those of this gateway
 * that wait to be written there. The register is looked at more than once a second, because another
 * gateway may have changed it; what was read is also kept in a local file, which holds while a
 * gateway starts without the register. Until one of both was read nobody is let in.
 *
 * <p>Any thread. Only looking things up is for event loops; it takes no lock.
 */
public final class Suspensions implements SuspensionCheck, AutoCloseable {
  /** A change is in force everywhere within a second, reading included. */
  static final Duration LOOK = Duration.ofMillis(750);

  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Duration PATIENCE_AT_START = Duration.ofSeconds(10);
  private static final Logger LOG = LoggerFactory.getLogger(Suspensions.class);

  private final SuspensionRegister register;
  private final @Nullable SuspensionFile file;
  private final SuspensionSignal signal;
  private final LongSupplier nanos;
  private final Scheduler scheduler = Schedulers.newSingle("suspensions", true);
  private final Disposable.Composite running = Disposables.composite();
  private final List<Consumer<Suspension>> listeners = new CopyOnWriteArrayList<>();
  private Map<String, Suspension> known = Map.of();
  private Map<String, Suspension> waiting = Map.of();
  private long changes;
  private volatile @Nullable Map<String, Suspension> inForce;
  private volatile boolean away;
  private volatile long readNanos;

  /**
   * Nothing is known yet.
   *
   * @param file where what is known is kept, or null
   * @param nanos monotonic time, as {@link System#nanoTime} has it
   */
  public Suspensions(
      SuspensionRegister register,
      @Nullable SuspensionFile file,
      SuspensionSignal signal,
      LongSupplier nanos) {
    this.register = register;
    this.file = file;
    this.signal = signal;
    this.nanos = nanos;
    readNanos = nanos.getAsLong();
  }

  /**
   * Reads the register, or else the file, and goes on looking. Waits for that.
   *
   * @param written what this gateway has suspended and not yet written to the register
   */
  public void start(Collection<Suspension> written) {
    hold(written);
    try {
      look(PATIENCE_AT_START).block(PATIENCE_AT_START.multipliedBy(2));
    } catch (RuntimeException e) {
      readFile();
    }
    signal.onChange(() -> running.add(look().subscribe(_ -> {}, _ -> {})));
    running.add(
        Flux.interval(LOOK, scheduler)
            .onBackpressureDrop()
            .concatMap(_ -> look().onErrorComplete(), 1)
            .subscribe());
  }

  private void readFile() {
    if (file == null) {
      return;
    }
    try {
      List<Suspension> last = file.read();
      if (last == null) {
        LOG.error("suspensions: the database is away and nothing was known: nobody is let in");
      } else {
        LOG.warn("suspensions: the database is away; {} as last known", last.size());
        tell(change(byId(last)));
      }
    } catch (IOException e) {
      LOG.error("suspensions: the database is away: nobody is let in: {}", e.getMessage());
    }
  }

  @Override
  public void check(String fullId) {
    Map<String, Suspension> now = inForce;
    if (now == null) {
      throw new Refusal.Overloaded("application: not known yet whether it is suspended");
    }
    if (now.containsKey(fullId)) {
      throw refusal(fullId);
    }
  }

  /** What clients of a suspended application are told; why is between its agency and operators. */
  public static Refusal refusal(String fullId) {
    return new Refusal.Suspended(
        "application: " + fullId + " is suspended (expected: one in service; ask its agency)");
  }

  /** The suspension of an application, or null. */
  public @Nullable Suspension find(String fullId) {
    Map<String, Suspension> now = inForce;
    return now == null ? null : now.get(fullId);
  }

  /** All that are in force, in no order. */
  public Collection<Suspension> all() {
    Map<String, Suspension> now = inForce;
    return now == null ? List.of() : now.values();
  }

  /** Whether the register or the file has been read. */
  @Override
  public boolean isKnown() {
    return inForce != null;
  }

  /** Whether the register could not be read at the last look: another's changes are not seen. */
  public boolean isAway() {
    return away;
  }

  /** How old the knowledge of the register is. */
  public Duration age() {
    return Duration.ofNanos(nanos.getAsLong() - readNanos);
  }

  /**
   * Tells of each application that is suspended from now on, by whomever, after {@link #check}
   * refuses it; on any thread, not for long.
   */
  public void onSuspended(Consumer<Suspension> listener) {
    listeners.add(listener);
  }

  /** Has what runs of an application end when it is suspended, at the next step of the engine. */
  public void revokeAt(AdmissionGate gate) {
    onSuspended(suspension -> gate.revoke(suspension.fullId(), refusal(suspension.fullId())));
  }

  /** Puts in force what the register has taken; the file follows before this completes. */
  public Mono<Void> put(Suspension suspension) {
    return changed(map -> map.put(suspension.fullId(), suspension));
  }

  /** Ends what the register has struck out; the file follows before this completes. */
  public Mono<Void> remove(String fullId) {
    return changed(map -> map.remove(fullId));
  }

  private Mono<Void> changed(Consumer<Map<String, Suspension>> edit) {
    return Mono.defer(() -> {
      tell(edited(edit));
      signal.changed();
      return save();
    });
  }

  private synchronized List<Suspension> edited(Consumer<Map<String, Suspension>> edit) {
    Map<String, Suspension> next = new HashMap<>(known);
    edit.accept(next);
    return change(next);
  }

  /** Puts in force what this gateway has yet to write to the register, in place of what it had. */
  public void hold(Collection<Suspension> written) {
    List<Suspension> begun;
    synchronized (this) {
      waiting = Map.copyOf(byId(written));
      begun = inForce == null ? List.of() : change(known);
    }
    tell(begun);
  }

  /** Reads the register. What was changed here meanwhile is newer than what was read. */
  Mono<Void> look() {
    return look(PATIENCE);
  }

  private Mono<Void> look(Duration patience) {
    return Mono.defer(
            () -> {
              long seen = changes();
              return register
                  .all()
                  .timeout(patience, scheduler)
                  .flatMap(read -> take(byId(read), seen) ? save() : Mono.<Void>empty())
                  .doOnSuccess(_ -> back());
            })
        .doOnError(this::lost);
  }

  private synchronized long changes() {
    return changes;
  }

  private boolean take(Map<String, Suspension> read, long seen) {
    List<Suspension> begun;
    synchronized (this) {
      if (seen != changes || (inForce != null && read.equals(known))) {
        return false;
      }
      begun = change(read);
    }
    tell(begun);
    return true;
  }

  private void back() {
    readNanos = nanos.getAsLong();
    if (away) {
      away = false;
      LOG.info("suspensions: the database is back");
    }
  }

  private void lost(Throwable failure) {
    if (!away) {
      away = true;
      LOG.warn("suspensions: the database is away: {}", String.valueOf(failure.getMessage()));
    }
  }

  /** What is in force from now on; returns what was not before. */
  private synchronized List<Suspension> change(Map<String, Suspension> nextKnown) {
    Map<String, Suspension> before = inForce == null ? Map.of() : inForce;
    Map<String, Suspension> next = new HashMap<>(nextKnown);
    next.putAll(waiting);
    known = Map.copyOf(nextKnown);
    inForce = Map.copyOf(next);
    changes++;
    return next.values().stream()
        .filter(suspension -> !before.containsKey(suspension.fullId()))
        .toList();
  }

  private void tell(List<Suspension> begun) {
    begun.forEach(suspension -> listeners.forEach(listener -> listener.accept(suspension)));
  }

  /** Writes the file to its end, whoever waits; what goes wrong is logged: the register has it. */
  private Mono<Void> save() {
    SuspensionFile to = file;
    return to == null
        ? Mono.empty()
        : Mono.create(sink -> {
          Disposable _ =
              scheduler.schedule(() -> {
                write(to);
                sink.success();
              });
        });
  }

  private void write(SuspensionFile to) {
    Collection<Suspension> now;
    synchronized (this) {
      now = known.values();
    }
    try {
      to.write(now);
    } catch (IOException e) {
      LOG.error("suspensions: {}", e.getMessage());
    }
  }

  private static Map<String, Suspension> byId(Collection<Suspension> suspensions) {
    Map<String, Suspension> map = new HashMap<>();
    suspensions.forEach(suspension -> map.put(suspension.fullId(), suspension));
    return map;
  }

  /** Stops looking; waits for the file that is being written. */
  @Override
  public void close() {
    running.dispose();
    scheduler.disposeGracefully().timeout(PATIENCE).onErrorComplete().block();
  }
}
