package kz.qaqpa.cli.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Processor time of a process by its threads, those of the JVM and of native libraries too, as
 * Linux counts it.
 *
 * @param ticks user and system time by a thread's id and name; empty except on Linux
 */
public record ThreadTimes(Map<String, Long> ticks) {
  private static final int USER = 11;
  private static final int SYSTEM = 12;

  /** Of a process, up to now. */
  public static ThreadTimes of(long pid) throws IOException {
    Path tasks = Path.of("/proc", String.valueOf(pid), "task");
    Map<String, Long> ticks = new TreeMap<>();
    if (Files.isDirectory(tasks)) {
      List<Path> threads;
      try (var listed = Files.list(tasks)) {
        threads = listed.toList();
      }
      for (Path thread : threads) {
        add(thread, ticks);
      }
    }
    return new ThreadTimes(ticks);
  }

  private static void add(Path thread, Map<String, Long> ticks) throws IOException {
    String stat;
    try {
      stat = Files.readString(thread.resolve("stat"), StandardCharsets.UTF_8);
    } catch (NoSuchFileException ended) {
      return;
    } catch (IOException e) {
      if (Files.exists(thread)) {
        throw e;
      }
      return; // Ended while it was read.
    }
    // The name is in parentheses and may have spaces and parentheses of its own.
    String name = stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    long used = Long.parseLong(fields[USER]) + Long.parseLong(fields[SYSTEM]);
    ticks.put(thread.getFileName() + " " + name, used);
  }

  /** What was used after an earlier reading; all of it for threads that were not there. */
  public ThreadTimes since(ThreadTimes earlier) {
    Map<String, Long> left = new TreeMap<>();
    ticks.forEach(
        (thread, used) -> left.put(thread, used - earlier.ticks.getOrDefault(thread, 0L)));
    return new ThreadTimes(left);
  }

  /** Shares of the whole by names without their numbers, the largest first. */
  public Map<String, Double> shares() {
    double whole = ticks.values().stream().mapToLong(Long::longValue).sum();
    Map<String, Long> groups = new TreeMap<>();
    ticks.forEach((thread, used) ->
        groups.merge(group(thread.substring(thread.indexOf(' ') + 1)), used, Long::sum));
    Map<String, Double> shares = new LinkedHashMap<>();
    groups.entrySet().stream()
        .filter(group -> group.getValue() > 0)
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .forEach(group -> shares.put(group.getKey(), group.getValue() / whole));
    return shares;
  }

  /** Part of the whole that the just-in-time compilers took; 0 if nothing was used. */
  public double compilers() {
    return shares().entrySet().stream()
        .filter(share -> share.getKey().matches("C[12] Comp.*"))
        .mapToDouble(Map.Entry::getValue)
        .sum();
  }

  /** Threads of one kind have one name and a number behind it. */
  public static String group(String name) {
    return name.replaceAll("[-#\\d]+$", "");
  }
}
