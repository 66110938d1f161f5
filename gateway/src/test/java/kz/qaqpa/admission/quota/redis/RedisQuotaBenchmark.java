package kz.qaqpa.admission.quota.redis;

import static kz.qaqpa.admission.quota.Counter.CHARACTERS_PER_DAY;
import static kz.qaqpa.admission.quota.Counter.TOKENS_PER_DAY;
import static kz.qaqpa.admission.quota.Counter.TOKENS_PER_MINUTE;
import static kz.qaqpa.admission.quota.Counter.TOKENS_PER_MONTH;

import java.util.List;
import java.util.concurrent.TimeUnit;
import kz.qaqpa.admission.quota.Demand;
import kz.qaqpa.admission.quota.Limits;
import kz.qaqpa.admission.quota.LimitsBuilder;
import kz.qaqpa.admission.quota.Outcome;
import kz.qaqpa.admission.quota.Pass;
import kz.qaqpa.admission.quota.Subject;
import kz.qaqpa.admission.quota.Used;
import kz.qaqpa.fixture.JmhRun;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.results.RunResult;

/**
 * Microseconds of one request's bookkeeping in a Redis on this machine, with eight limits of
 * windows: a stream, reserve, settle, each of the last two one round trip that is waited for. All
 * threads are of one agency. {@link #main} runs it with JMH's options.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class RedisQuotaBenchmark {
  private static final long PLENTY = 1_000_000_000_000L;

  /** One agency for all threads. */
  @State(Scope.Benchmark)
  public static class Shared {
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
    private @Nullable RedisServer server;
    private @Nullable RedisQuotaStore store;

    /** When Redis writes to disk: before each answer, or once a second. */
    @Param({"always", "everysec"})
    public String fsync = "always";

    @Setup
    public void open() {
      server = RedisServer.start("--appendfsync", fsync);
      store = RedisStores.open(RedisTuning.of(server));
    }

    @TearDown
    public void close() {
      if (store != null) {
        store.close();
      }
      if (server != null) {
        server.close();
      }
    }

    Outcome request() {
      if (store == null) {
        throw new IllegalStateException("no store");
      }
      Pass pass = RedisStores.enter(store, subject);
      Outcome outcome = RedisStores.reserve(pass, demand);
      pass.close(used).block();
      return outcome;
    }
  }

  /** One request after the other. */
  @Benchmark
  @Threads(1)
  public Outcome request(Shared shared) {
    return shared.request();
  }

  /** Thirty-two at once. */
  @Benchmark
  @Threads(32)
  public Outcome requestsOfThirtyTwo(Shared shared) {
    return shared.request();
  }

  /** Runs the benchmark and prints medians; the arguments are JMH's. */
  public static void main(String[] args) throws Exception {
    for (RunResult result : JmhRun.of(RedisQuotaBenchmark.class, args)) {
      var statistics = result.getPrimaryResult().getStatistics();
      System.out.printf(
          "%-20s fsync %-9s median %8.0f us, p99 %8.0f us%n",
          result.getParams().getBenchmark().replaceAll(".*\\.", ""),
          result.getParams().getParam("fsync"),
          statistics.getPercentile(50),
          statistics.getPercentile(99));
    }
  }
}
