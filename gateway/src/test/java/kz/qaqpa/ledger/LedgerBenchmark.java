package kz.qaqpa.ledger;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import kz.qaqpa.cli.bench.BenchProgram;
import kz.qaqpa.cli.bench.result.BenchResult;
import kz.qaqpa.cli.bench.result.Figure;
import kz.qaqpa.cli.bench.result.Figure.Better;
import kz.qaqpa.cli.bench.result.Machine;
import kz.qaqpa.cli.client.Options;
import kz.qaqpa.fixture.LedgerTuning;
import kz.qaqpa.fixture.PostgresServer;
import kz.qaqpa.ledger.LedgerSettings.WhenFull;
import kz.qaqpa.ledger.report.LedgerReader;
import kz.qaqpa.ledger.report.UsageTotal;
import reactor.core.publisher.Mono;

/**
 * {@code ./qaqpa bench ledger}: records and commits a second and the time of one {@code append}
 * with 1, 32 and 256 callers, on the embedded database, on PostgreSQL and on the spool; the time of
 * opening; the time of the sums that a start reads.
 */
public final class LedgerBenchmark {
  private static final String NAME = "ledger";
  private static final String OPEN = "open";
  private static final Set<String> PARTS = Set.of("h2", "postgres", "sums");
  private static final Duration DELAY = Duration.ofMillis(5);

  private final PrintStream out;
  private final List<Figure> figures = new ArrayList<>();
  private final int rounds;
  private final int records;

  private LedgerBenchmark(PrintStream out, int rounds, int records) {
    this.out = out;
    this.rounds = rounds;
    this.records = records;
  }

  /**
   * Measures, prints and writes {@code target/bench/ledger/ledger.json}.
   *
   * @param args {@code --only h2|postgres|sums}; {@code --rounds N} of a second for each number of
   *     callers, and starts; {@code --records N} for the sums; {@code --against FILE}
   */
  public static void main(String[] args) throws InterruptedException {
    if (args.length > 0 && args[0].equals(OPEN)) {
      openHere(Path.of(args[1]), args[2], args[3]);
      System.exit(0);
    }
    BenchProgram.main(
        NAME, args, Set.of("only", "rounds", "records"), Set.of(), LedgerBenchmark::run);
  }

  static BenchResult run(Options options, PrintStream out)
      throws IOException, InterruptedException {
    String only = options.get("only");
    if (only != null && !PARTS.contains(only)) {
      throw new IllegalArgumentException("--only: " + only + " (expected: h2, postgres or sums)");
    }
    int rounds = options.number("rounds", 5, 1, 100);
    int records = options.number("records", 500_000, 1_000, 10_000_000);
    Machine machine = Machine.here();
    Instant begin = Instant.now();
    out.println(machine.line());
    Path results = Files.createDirectories(BenchProgram.root().resolve("target/bench/ledger"));
    Path folder = Files.createTempDirectory(results, "run-");
    LedgerBenchmark bench = new LedgerBenchmark(out, rounds, records);
    try {
      bench.measure(only == null ? PARTS : Set.of(only), folder);
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    }
    Map<String, String> settings =
        Map.of("only", only == null ? "" : only, "records", Integer.toString(records));
    BenchResult result = new BenchResult(NAME, machine, begin, settings, bench.figures);
    result.write(results.resolve(NAME + ".json"));
    return result;
  }

  private void measure(Set<String> parts, Path folder) throws IOException, InterruptedException {
    if (parts.contains("h2")) {
      open("h2", folder.resolve("h2"), "", "");
      write("h2", folder.resolve("h2"), "", "");
    }
    if (parts.contains("postgres")) {
      postgres(folder);
    }
    if (parts.contains("sums")) {
      sums(folder.resolve("sums"));
    }
  }

  private void postgres(Path folder) throws IOException, InterruptedException {
    try (PostgresServer server = PostgresServer.start()) {
      String password =
          Files.writeString(folder.resolve("password"), PostgresServer.PASSWORD).toString();
      open("postgres", folder.resolve("pg"), server.url(), password);
      write("postgres", folder.resolve("pg"), server.url(), password);
      server.stop();
      write("spool", folder.resolve("away"), server.url(), password);
    }
  }

  /** In processes of their own, as a gateway starts; the first one makes the tables. */
  private void open(String name, Path folder, String url, String password)
      throws IOException, InterruptedException {
    double[] starts = new double[rounds];
    double[] cpu = new double[rounds];
    for (int i = -1; i < rounds; i++) {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:+UseSerialGC",
                  "-XX:+UseCompactObjectHeaders",
                  "-cp",
                  System.getProperty("java.class.path"),
                  LedgerBenchmark.class.getName(),
                  OPEN,
                  folder.toString(),
                  url,
                  password)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String said = process.inputReader().readLine();
      process.waitFor();
      String[] millis = said == null ? new String[] {"NaN", "NaN"} : said.split(" ", 2);
      if (i < 0) {
        tell(name + ".open.first", "ms", Better.LOWER, Double.parseDouble(millis[0]));
      } else {
        starts[i] = Double.parseDouble(millis[0]);
        cpu[i] = Double.parseDouble(millis[1]);
      }
    }
    tell(name + ".open", "ms", Better.LOWER, starts);
    tell(name + ".open.cpu", "ms", Better.LOWER, cpu);
  }

  /** Prints what opening took, and of that the thread's CPU time, in milliseconds. */
  private static void openHere(Path folder, String url, String password) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long cpu = threads.getCurrentThreadCpuTime();
    long begin = System.nanoTime();
    Ledgers ledgers = LedgerTuning.open(settings(folder, url, password, DELAY));
    long millis = (System.nanoTime() - begin) / 1_000_000;
    System.out.println(millis + " " + (threads.getCurrentThreadCpuTime() - cpu) / 1_000_000);
    ledgers.close();
  }

  private void write(String name, Path folder, String url, String password)
      throws InterruptedException {
    for (Duration delay : List.of(DELAY, Duration.ZERO)) {
      try (Ledgers ledgers = LedgerTuning.open(settings(folder, url, password, delay))) {
        for (int callers : new int[] {1, 32, 256}) {
          run(ledgers, callers); // Warm up.
          double[][] each = new double[4][rounds];
          for (int i = 0; i < rounds; i++) {
            long commits = ledgers.stats().commits();
            long begin = System.nanoTime();
            long[] times = run(ledgers, callers);
            double seconds = (System.nanoTime() - begin) / 1e9;
            each[0][i] = times.length / seconds;
            each[1][i] = (ledgers.stats().commits() - commits) / seconds;
            each[2][i] = times[times.length / 2] / 1e6;
            each[3][i] = times[times.length * 99 / 100] / 1e6;
          }
          String which = name + ".delay" + delay.toMillis() + ".callers" + callers;
          tell(which + ".records", "records/s", Better.HIGHER, each[0]);
          tell(which + ".commits", "commits/s", Better.NEITHER, each[1]);
          tell(which + ".append", "ms", Better.LOWER, each[2]);
          tell(which + ".append.p99", "ms", Better.LOWER, each[3]);
        }
      }
    }
  }

  /** Nanoseconds of each append of one second, sorted. */
  private static long[] run(Ledgers ledgers, int callers) throws InterruptedException {
    ConcurrentLinkedQueue<long[]> all = new ConcurrentLinkedQueue<>();
    CountDownLatch done = new CountDownLatch(callers);
    long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
    for (int i = 0; i < callers; i++) {
      SplittableRandom random = new SplittableRandom(System.nanoTime() + i);
      Thread.ofVirtual()
          .start(() -> {
            LongStream.Builder times = LongStream.builder();
            while (System.nanoTime() < end) {
              UsageRecord record = RandomRecords.at(random, Instant.now());
              long begin = System.nanoTime();
              ledgers.ledger().append(record).block();
              times.add(System.nanoTime() - begin);
            }
            all.add(times.build().toArray());
            done.countDown();
          });
    }
    done.await();
    long[] sorted = all.stream().flatMapToLong(Arrays::stream).toArray();
    Arrays.sort(sorted);
    return sorted;
  }

  private void sums(Path folder) {
    SplittableRandom random = new SplittableRandom(1);
    Instant month = Instant.parse("2026-11-01T00:00:00Z");
    long step = Duration.ofDays(29).toNanos() / records;
    try (Ledgers ledgers = LedgerTuning.open(settings(folder, "", "", Duration.ZERO))) {
      for (int i = 0; i < records; i += 1000) {
        List<UsageRecord> some =
            LongStream.range(i, i + 1000)
                .mapToObj(n -> RandomRecords.at(random, month.plusNanos(n * step)))
                .toList();
        ledgers.database().transaction(UsageRows.insert(some)).block();
      }
      double bytes = folder.resolve("ledger.mv.db").toFile().length();
      tell("h2.size", "bytes/record", Better.LOWER, bytes / records);
    }
    double[] millis = new double[rounds];
    double[] cpu = new double[rounds];
    OperatingSystemMXBean process =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    for (int i = 0; i < rounds; i++) {
      try (Ledgers ledgers = LedgerTuning.open(settings(folder, "", "", Duration.ZERO))) {
        LedgerReader reader = ledgers.reader();
        long before = process.getProcessCpuTime();
        long begin = System.nanoTime();
        Mono<Long> count =
            reader
                .sums(month, month.plus(Duration.ofDays(30)))
                .map(UsageTotal::requests)
                .reduce(0L, Long::sum);
        count.block();
        millis[i] = (System.nanoTime() - begin) / 1e6;
        cpu[i] = (process.getProcessCpuTime() - before) / 1e3 / records;
      }
    }
    tell("h2.sums", "ms", Better.LOWER, millis);
    tell("h2.sums.cpu", "us/record", Better.LOWER, cpu);
  }

  private void tell(String name, String unit, Better better, double... each) {
    Figure figure = Figure.of(name, unit, better, each);
    figures.add(figure);
    out.printf(
        "%-34s %10.1f %s (%.1f to %.1f)%n",
        name, figure.median(), unit, figure.least(), figure.most());
  }

  private static LedgerSettings settings(Path folder, String url, String password, Duration delay) {
    return new LedgerSettings(
        folder,
        url,
        PostgresServer.USER,
        password,
        4,
        delay,
        Duration.ofSeconds(10),
        1L << 30,
        WhenFull.REFUSE);
  }
}
