package kz.qaqpa.ledger;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import kz.qaqpa.fixture.LedgerTuning;
import kz.qaqpa.ledger.spool.Entry;

/**
 * What a process of its own runs to be killed: threads that append records, most with a label, with
 * random pauses, and print the id of each once they are told that it is durable.
 */
public final class LedgerMain {
  private static final int THREADS = 8;

  private LedgerMain() {}

  /** Folder, URL, password file, seed, and how long a pause is at most, in microseconds. */
  public static void main(String[] args) throws InterruptedException {
    Ledgers ledgers = LedgerTuning.open(LedgerTuning.of(Path.of(args[0]), args[1], args[2]));
    SplittableRandom seeds = new SplittableRandom(Long.parseLong(args[3]));
    long pause = Long.parseLong(args[4]);
    System.out.println("open");
    for (int i = 0; i < THREADS; i++) {
      SplittableRandom random = seeds.split();
      Thread.ofPlatform().start(() -> appendForEver(ledgers.ledger(), random, pause));
    }
    Thread.sleep(Duration.ofMinutes(5)); // Nobody lives that long.
    System.exit(1);
  }

  private static void appendForEver(Ledger ledger, SplittableRandom random, long pause) {
    try {
      while (true) {
        Entry entry = RandomLabels.on(RandomRecords.at(random, Instant.now()), random);
        ledger.append(entry.record(), entry.label()).block();
        print(entry.record().id());
        TimeUnit.MICROSECONDS.sleep(random.nextLong(pause));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A line is written in one piece, or the last one may be cut and name nobody. */
  private static void print(String id) {
    byte[] line = (id + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8);
    synchronized (System.out) {
      System.out.write(line, 0, line.length);
      System.out.flush();
    }
  }
}
