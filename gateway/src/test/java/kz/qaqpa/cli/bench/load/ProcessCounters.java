package kz.qaqpa.cli.bench.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What Linux counts of a process. Any thread. */
public final class ProcessCounters {
  /** Clock ticks of {@code /proc}, on every Linux that Java runs on. */
  private static final double TICKS = 100;

  private static final int USER = 11; // Fields of stat behind the name, proc_pid_stat(5).
  private static final int SYSTEM = 12;

  private ProcessCounters() {}

  /** Seconds of user and system time. */
  public static double cpuSeconds(long pid) throws IOException {
    return seconds(Path.of("/proc", String.valueOf(pid), "stat"));
  }

  /**
   * Calls of {@code write} and {@code writev} so far, which is how Netty writes to sockets; those
   * of files are among them.
   */
  public static long writes(long pid) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc", String.valueOf(pid), "io"))) {
      if (line.startsWith("syscw:")) {
        return Long.parseLong(line.substring("syscw:".length()).strip());
      }
    }
    return 0;
  }

  /** Seconds of each thread that lives, summed by name without its number. */
  public static Map<String, Double> cpuByThread(long pid) throws IOException {
    Map<String, Double> seconds = new TreeMap<>();
    List<Path> tasks;
    try (var listed = Files.list(Path.of("/proc", String.valueOf(pid), "task"))) {
      tasks = listed.toList();
    }
    for (Path task : tasks) {
      try {
        String name = Files.readString(task.resolve("comm")).strip().replaceAll("[-#0-9 ]+$", "");
        seconds.merge(name, seconds(task.resolve("stat")), Double::sum);
      } catch (IOException e) {
        if (Files.exists(task)) {
          throw e;
        } // Else it has ended, and counts no more, here or there.
      }
    }
    return seconds;
  }

  private static double seconds(Path stat) throws IOException {
    String text = Files.readString(stat);
    String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(fields[USER]) + Long.parseLong(fields[SYSTEM])) / TICKS;
  }
}
