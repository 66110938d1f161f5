package kz.qaqpa.ledger;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import kz.qaqpa.fixture.LedgerTuning;
import kz.qaqpa.fixture.PostgresServer;
import kz.qaqpa.ledger.LedgerSettings.WhenFull;
import kz.qaqpa.ledger.report.LedgerReader;
import kz.qaqpa.ledger.report.UsageTotal;
import reactor.core.publisher.Mono;

/**
 * Commits a second and the time of one {@code append} with 1, 32 and 256 callers, on the embedded
 * database, on PostgreSQL and on the spool; the time of opening; the time of the sums that a start
 * reads. Options: {@code h2}, {@code postgres}, {@code sums}; none is all.
 */
public final class LedgerBenchmark {
  private static final int SECONDS = 5;
  private static final int STARTS = 4;
  private static final int RECORDS = 500_000;
  private static final Duration DELAY = Duration.ofMillis(5);

  private LedgerBenchmark() {}

  /** Runs what is asked for, below {@code target/}. */
  public static void main(String[] args) throws IOException, InterruptedException {
    if (args.length > 0 && args[0].equals("open")) {
      openHere(Path.of(args[1]), args[2], args[3]);
      System.exit(0);
    }
    List<String> all = args.length == 0 ? List.of("h2", "postgres", "sums") : List.of(args);
    Path folder = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "ledger-");
    try {
      if (all.contains("h2")) {
        open("H2", folder.resolve("h2"), "", "");
        write("H2", folder.resolve("h2"), "", "");
      }
      if (all.contains("postgres")) {
        postgres(folder);
      }
      if (all.contains("sums")) {
        sums(folder.resolve("sums"));
      }
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    }
    System.exit(0);
  }

  private static void postgres(Path folder) throws IOException, InterruptedException {
    try (PostgresServer server = PostgresServer.start()) {
      String password =
          Files.writeString(folder.resolve("password"), PostgresServer.PASSWORD).toString();
      open("PostgreSQL", folder.resolve("pg"), server.url(), password);
      write("PostgreSQL", folder.resolve("pg"), server.url(), password);
      server.stop();
      write("spool", folder.resolve("away"), server.url(), password);
    }
  }

  /** In processes of their own, as a gateway starts. */
  private static void open(String name, Path folder, String url, String password)
      throws IOException, InterruptedException {
    for (int i = 0; i < STARTS; i++) {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:+UseSerialGC",
                  "-XX:+UseCompactObjectHeaders",
                  "-cp",
                  System.getProperty("java.class.path"),
                  LedgerBenchmark.class.getName(),
                  "open",
                  folder.toString(),
                  url,
                  password)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      System.out.printf(
          "%-10s open, %s: %s%n",
          name, i == 0 ? "makes the tables" : "tables are there", process.inputReader().readLine());
      process.waitFor();
    }
  }

  private static void openHere(Path folder, String url, String password) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long cpu = threads.getCurrentThreadCpuTime();
    long begin = System.nanoTime();
    Ledgers ledgers = LedgerTuning.open(settings(folder, url, password, DELAY));
    System.out.printf(
        "%d ms, of them %d ms of CPU%n",
        millis(begin), (threads.getCurrentThreadCpuTime() - cpu) / 1_000_000);
    ledgers.close();
  }

  private static void write(String name, Path folder, String url, String password)
      throws InterruptedException {
    for (Duration delay : List.of(DELAY, Duration.ZERO)) {
      try (Ledgers ledgers = LedgerTuning.open(settings(folder, url, password, delay))) {
        for (int callers : new int[] {1, 32, 256}) {
          run(ledgers, callers, Duration.ofSeconds(1)); // Warm up.
          long commits = ledgers.stats().commits();
          long begin = System.nanoTime();
          long[] times = run(ledgers, callers, Duration.ofSeconds(SECONDS));
          double seconds = (System.nanoTime() - begin) / 1e9;
          System.out.printf(
              "%-10s delay %d ms, %3d callers: %6.0f records/s, %5.0f commits/s, append median"
                  + " %.1f ms, p99 %.1f ms%n",
              name,
              delay.toMillis(),
              callers,
              times.length / seconds,
              (ledgers.stats().commits() - commits) / seconds,
              times[times.length / 2] / 1e6,
              times[times.length * 99 / 100] / 1e6);
        }
      }
    }
  }

  /** Nanoseconds of each append, sorted. */
  private static long[] run(Ledgers ledgers, int callers, Duration time)
      throws InterruptedException {
    ConcurrentLinkedQueue<long[]> all = new ConcurrentLinkedQueue<>();
    CountDownLatch done = new CountDownLatch(callers);
    long end = System.nanoTime() + time.toNanos();
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

  private static void sums(Path folder) {
    SplittableRandom random = new SplittableRandom(1);
    Instant month = Instant.parse("2026-11-01T00:00:00Z");
    long step = Duration.ofDays(29).toNanos() / RECORDS;
    try (Ledgers ledgers = LedgerTuning.open(settings(folder, "", "", Duration.ZERO))) {
      for (int i = 0; i < RECORDS; i += 1000) {
        int from = i;
        List<UsageRecord> records =
            LongStream.range(from, from + 1000)
                .mapToObj(n -> RandomRecords.at(random, month.plusNanos(n * step)))
                .toList();
        ledgers.database().transaction(UsageRows.insert(records)).block();
      }
      System.out.printf("H2         %d records: %d MB%n", RECORDS, size(folder) >> 20);
    }
    try (Ledgers ledgers = LedgerTuning.open(settings(folder, "", "", Duration.ZERO))) {
      LedgerReader reader = ledgers.reader();
      OperatingSystemMXBean process =
          ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
      long cpu = process.getProcessCpuTime();
      long begin = System.nanoTime();
      Mono<Long> count =
          reader
              .sums(month, month.plus(Duration.ofDays(30)))
              .map(UsageTotal::requests)
              .reduce(0L, Long::sum);
      System.out.printf(
          "H2         sums of %d records: %d ms, of them %d ms of CPU%n",
          count.block(), millis(begin), (process.getProcessCpuTime() - cpu) / 1_000_000);
    }
  }

  private static long size(Path folder) {
    return folder.resolve("ledger.mv.db").toFile().length();
  }

  private static long millis(long begin) {
    return (System.nanoTime() - begin) / 1_000_000;
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
