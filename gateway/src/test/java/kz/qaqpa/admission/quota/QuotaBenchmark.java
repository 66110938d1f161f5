package kz.qaqpa.admission.quota;

import static kz.qaqpa.admission.quota.Counter.CHARACTERS_PER_DAY;
import static kz.qaqpa.admission.quota.Counter.TOKENS_PER_DAY;
import static kz.qaqpa.admission.quota.Counter.TOKENS_PER_MINUTE;
import static kz.qaqpa.admission.quota.Counter.TOKENS_PER_MONTH;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import kz.qaqpa.fixture.JmhRun;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.results.RunResult;

/**
 * Nanoseconds of one request's bookkeeping with eight limits of windows (four of the agency, four
 * of the application), on the machine's clock. All threads are of one agency, which is the worst
 * case. {@link #main} runs it with JMH's options.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
@Fork(1)
public class QuotaBenchmark {
  private static final long PLENTY = 1_000_000_000_000_000L;

  /** One agency for all threads. */
  @State(Scope.Benchmark)
  public static class Shared {
    private final QuotaBook book = QuotaBook.system();
    private final Limits limits =
        LimitsBuilder.limits()
            .with(TOKENS_PER_MINUTE, PLENTY)
            .with(TOKENS_PER_DAY, PLENTY)
            .with(TOKENS_PER_MONTH, PLENTY)
            .with(CHARACTERS_PER_DAY, PLENTY)
            .build();
    private final Subject subject = new Subject("minfin", limits, "tax-chat", limits);
    private final Demand demand = new Demand(300, 1200, List.of(500));
    private final Used used = new Used(420, 1700);
    private List<AtomicLong> counters = new ArrayList<>();

    @Setup
    public void open() {
      counters = new ArrayList<>();
      for (int i = 0; i < 2 * Counter.ALL.length; i++) {
        counters.add(new AtomicLong());
      }
    }
  }

  /** A stream, reserve, settle: all that a request asks of the quotas. */
  @Benchmark
  @Threads(1)
  public Outcome request(Shared shared) {
    return all(shared);
  }

  /** The same by two threads at once. */
  @Benchmark
  @Threads(2)
  public Outcome requestOfTwoThreads(Shared shared) {
    return all(shared);
  }

  /**
   * What was weighed against the lock: a compare-and-swap loop for each counter. It reserves and
   * settles only, knows no windows, and can hold some limits while another refuses.
   */
  @Benchmark
  @Threads(1)
  public boolean swapEachCounter(Shared shared) {
    return swapAll(shared);
  }

  /** The same by two threads at once. */
  @Benchmark
  @Threads(2)
  public boolean swapEachCounterOfTwoThreads(Shared shared) {
    return swapAll(shared);
  }

  private static Outcome all(Shared shared) {
    LocalPass pass = (LocalPass) shared.book.enter(shared.subject);
    Outcome outcome = pass.reserveNow(shared.demand);
    pass.closeNow(shared.used);
    return outcome;
  }

  private static boolean swapAll(Shared shared) {
    for (AtomicLong counter : shared.counters) {
      long held;
      do {
        held = counter.get();
        if (held + 800 > PLENTY) {
          return false;
        }
      } while (!counter.compareAndSet(held, held + 800));
    }
    for (AtomicLong counter : shared.counters) {
      counter.addAndGet(-380);
    }
    return true;
  }

  /** Runs the benchmark and prints medians; the arguments are JMH's. */
  public static void main(String[] args) throws Exception {
    for (RunResult result : JmhRun.of(QuotaBenchmark.class, args)) {
      var statistics = result.getPrimaryResult().getStatistics();
      System.out.printf(
          "%-28s median %6.0f ns, p99 %6.0f ns%n",
          result.getParams().getBenchmark().replaceAll(".*\\.", ""),
          statistics.getPercentile(50),
          statistics.getPercentile(99));
    }
  }
}
