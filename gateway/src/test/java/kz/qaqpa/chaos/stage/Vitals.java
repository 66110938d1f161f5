package kz.qaqpa.chaos.stage;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kz.qaqpa.fixture.ServeProcess;

/**
 * What a process holds: threads and file handles by kind, as its kernel counts them, direct memory
 * as the JVM does, and what the gateway's own gauges say is in use.
 *
 * @param threads by name without numbers
 * @param files by what they are
 * @param directBytes of buffers outside the heap
 * @param inUse gauges that are to be zero when nobody asks for anything
 */
public record Vitals(
    Map<String, Integer> threads,
    Map<String, Integer> files,
    double directBytes,
    Map<String, Double> inUse) {
  /** What a buffer pool may have grown by: a chunk for each of few threads. */
  private static final double POOL_GROWTH = 24 << 20;

  /** Threads that the JVM, or a pool with an upper bound, starts and ends as it likes. */
  private static final Pattern COMES_AND_GOES =
      Pattern.compile("C# CompilerThre.*|ForkJoinPool-.*|.*Cleaner.*|process reaper");

  private static final Pattern IN_USE =
      Pattern.compile(
          "(?m)^(vllm:num_requests_running|vllm:num_requests_waiting|vllm:kv_cache_usage_perc"
              + "|qaqpa_quota_reserved_tokens|qaqpa_quota_reserved_characters"
              + "|qaqpa_quota_pending_settles|qaqpa_ledger_waiting_records"
              + "|qaqpa_ledger_spooled_records|qaqpa_websocket_connections)(?:\\{[^}]*})? (\\S+)$");
  private static final Pattern DIRECT =
      Pattern.compile("(?m)^jvm_buffer_memory_used_bytes\\{id=\"direct\"[^}]*} (\\S+)$");

  /** Looks at a process. */
  public static Vitals of(ServeProcess process) throws IOException, InterruptedException {
    String metrics = process.metrics();
    Map<String, Double> inUse = new TreeMap<>();
    Matcher found = IN_USE.matcher(metrics);
    while (found.find()) {
      inUse.put(found.group(1), Double.parseDouble(found.group(2)));
    }
    Matcher direct = DIRECT.matcher(metrics);
    double bytes = direct.find() ? Double.parseDouble(direct.group(1)) : Double.NaN;
    Path proc = Path.of("/proc", Long.toString(process.pid()));
    return new Vitals(threads(proc), files(proc, process.ports()), bytes, inUse);
  }

  private static Map<String, Integer> threads(Path proc) throws IOException {
    Map<String, Integer> threads = new TreeMap<>();
    try (DirectoryStream<Path> tasks = Files.newDirectoryStream(proc.resolve("task"))) {
      for (Path task : tasks) {
        try {
          String name = Files.readString(task.resolve("comm")).strip().replaceAll("\\d+", "#");
          if (!COMES_AND_GOES.matcher(name).matches()) {
            threads.merge(name, 1, Integer::sum);
          }
        } catch (NoSuchFileException _) {
          // It has ended meanwhile.
        } catch (IOException e) {
          if (Files.exists(task)) {
            throw e;
          }
        }
      }
    }
    return threads;
  }

  private static Map<String, Integer> files(Path proc, Set<Integer> own) throws IOException {
    Map<String, String> sockets = sockets(proc, own);
    Map<String, Integer> files = new TreeMap<>();
    try (DirectoryStream<Path> handles = Files.newDirectoryStream(proc.resolve("fd"))) {
      for (Path handle : handles) {
        try {
          String target = Files.readSymbolicLink(handle).toString();
          String kind = sockets.getOrDefault(target, target.replaceAll("\\d+", "#"));
          files.merge(kind, 1, Integer::sum);
        } catch (IOException e) {
          if (Files.isSymbolicLink(handle)) {
            throw e;
          }
        }
      }
    }
    return files;
  }

  /** TCP sockets with where they lead to: to servers by their ports, or to clients of own ports. */
  private static Map<String, String> sockets(Path proc, Set<Integer> ports) throws IOException {
    Map<String, String> sockets = new TreeMap<>();
    for (String table : List.of("net/tcp", "net/tcp6")) {
      for (String line : Files.readAllLines(proc.resolve(table))) {
        String[] words = line.strip().split("\\s+", -1);
        if (words.length > 9 && words[2].contains(":")) {
          int own = port(words[1]);
          int peer = port(words[2]);
          String where = ports.contains(own) ? "tcp at " + own : "tcp to " + peer;
          sockets.put("socket:[" + words[9] + "]", where);
        }
      }
    }
    return sockets;
  }

  private static int port(String address) {
    return Integer.parseInt(address.substring(address.indexOf(':') + 1), 16);
  }

  /**
   * What is more than it was.
   *
   * @param bounds of those that are pools, by their names in what this gives
   */
  public List<String> beyond(Vitals before, Map<String, Integer> bounds) {
    List<String> more = new ArrayList<>();
    compare("thread ", before.threads, threads, bounds, more);
    compare("file ", before.files, files, bounds, more);
    if (!(directBytes - before.directBytes <= POOL_GROWTH)) {
      more.add("direct memory: " + before.directBytes + " -> " + directBytes);
    }
    inUse.forEach((gauge, value) -> {
      if (value != 0) {
        more.add(gauge + ": " + value);
      }
    });
    return more;
  }

  private static void compare(
      String what,
      Map<String, Integer> before,
      Map<String, Integer> now,
      Map<String, Integer> bounds,
      List<String> more) {
    now.forEach((name, count) -> {
      int then = before.getOrDefault(name, 0);
      if (count > Math.max(then, bounds.getOrDefault(what + name, 0))) {
        more.add(what + name + ": " + then + " -> " + count);
      }
    });
  }

  /** Has the process collect its garbage, so that buffers nobody released are told. */
  public static void collect(ServeProcess process) throws IOException, InterruptedException {
    Process jcmd =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                "-J-XX:TieredStopAtLevel=1",
                "-J-XX:+UseSerialGC",
                Long.toString(process.pid()),
                "GC.run")
            .redirectErrorStream(true)
            .start();
    String said = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!jcmd.waitFor(20, TimeUnit.SECONDS) || jcmd.exitValue() != 0) {
      throw new AssertionError("jcmd: " + said);
    }
  }
}
