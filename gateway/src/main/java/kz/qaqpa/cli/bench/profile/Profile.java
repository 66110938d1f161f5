package kz.qaqpa.cli.bench.profile;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;
import kz.qaqpa.cli.process.ThreadTimes;
import org.jspecify.annotations.Nullable;

/** What a recording says. Confined to one thread. */
final class Profile {
  private static final int SHOWN = 5;
  private static final double KIB = 1024;
  private static final String OURS = "kz.qaqpa.";
  private static final List<String> PLATFORM = List.of("java.", "jdk.", "sun.", "com.sun.");

  private final CallTree cpu = new CallTree();
  private final CallTree running = new CallTree();
  private final Map<String, Double> hottest = new HashMap<>();
  private final Map<String, Double> hottestRunning = new HashMap<>();
  private final Map<String, Double> hottestOfOurs = new HashMap<>();
  private final Map<String, Double> allocated = new HashMap<>();
  private final Set<Long> allocating = new HashSet<>();

  private Profile() {}

  /** Reads a recording. */
  static Profile read(Path file) throws IOException {
    Profile profile = new Profile();
    try (RecordingFile recording = new RecordingFile(file)) {
      while (recording.hasMoreEvents()) {
        profile.take(recording.readEvent());
      }
    }
    return profile;
  }

  private void take(RecordedEvent event) {
    RecordedStackTrace stack = event.getStackTrace();
    List<RecordedFrame> frames =
        stack == null
            ? List.of()
            : stack.getFrames().stream().filter(RecordedFrame::isJavaFrame).toList();
    switch (event.getEventType().getName()) {
      case "jdk.CPUTimeSample" -> sample(event.getThread("eventThread"), frames, cpu, hottest);
      case "jdk.ExecutionSample" ->
          sample(event.getThread("sampledThread"), frames, running, hottestRunning);
      case "jdk.ObjectAllocationSample" -> allocation(event, frames);
      default -> {}
    }
  }

  private void sample(
      @Nullable RecordedThread thread,
      List<RecordedFrame> frames,
      CallTree tree,
      Map<String, Double> leaves) {
    List<String> names = new ArrayList<>();
    frames.forEach(frame -> names.add(name(frame)));
    names.add(threadName(thread));
    leaves.merge(frames.isEmpty() ? "no frame of Java's" : names.getFirst(), 1.0, Double::sum);
    if (tree == cpu) {
      hottestOfOurs.merge(
          nearest(frames).map(Profile::name).orElse("none of ours"), 1.0, Double::sum);
    }
    Collections.reverse(names);
    tree.add(names, 1);
  }

  private static Optional<RecordedFrame> nearest(List<RecordedFrame> frames) {
    return frames.stream()
        .filter(frame -> frame.getMethod().getType().getName().startsWith(OURS))
        .findFirst();
  }

  private static String threadName(@Nullable RecordedThread thread) {
    String name = thread == null ? null : thread.getJavaName();
    return name == null || name.isEmpty() ? "a thread" : ThreadTimes.group(name);
  }

  /** The first sample of a thread stands for all that it allocated since it began. */
  private void allocation(RecordedEvent event, List<RecordedFrame> frames) {
    RecordedThread thread = event.getThread();
    if (thread == null || allocating.add(thread.getId())) {
      return;
    }
    String caller =
        frames.stream()
            .filter(frame ->
                PLATFORM.stream().noneMatch(frame.getMethod().getType().getName()::startsWith))
            .findFirst()
            .map(Profile::name)
            .orElseGet(() -> frames.isEmpty() ? "the JVM" : name(frames.getFirst()));
    String type = event.getClass("objectClass").getName();
    allocated.merge(
        readable(type) + " in " + caller, (double) event.getLong("weight"), Double::sum);
  }

  /** The class without its package, and the method. */
  private static String name(RecordedFrame frame) {
    String type = frame.getMethod().getType().getName();
    return type.substring(type.lastIndexOf('.') + 1) + "." + frame.getMethod().getName();
  }

  /** As in a source, without the package: {@code byte[]} for {@code [B}. */
  private static String readable(String type) {
    String element = type.replaceFirst("^\\[+", "");
    String plain =
        type.startsWith("[")
            ? switch (element) {
              case "B" -> "byte";
              case "C" -> "char";
              case "D" -> "double";
              case "F" -> "float";
              case "I" -> "int";
              case "J" -> "long";
              case "S" -> "short";
              case "Z" -> "boolean";
              default -> element.substring(1).replace(";", "");
            }
            : type;
    return plain.substring(plain.lastIndexOf('.') + 1)
        + "[]".repeat(type.length() - element.length());
  }

  private boolean hasCpuTime() {
    return cpu.weight() > 0;
  }

  /** Samples of processor time, by thread and call. */
  CallTree cpu() {
    return hasCpuTime() ? cpu : running;
  }

  /** For a terminal. */
  String summary(String name, ThreadTimes threads) {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "profile of %s, %.0f samples by %s",
            name,
            cpu().weight(),
            hasCpuTime() ? "jdk.CPUTimeSample" : "jdk.ExecutionSample"));
    lines.add(
        "processor time by thread: "
            + threads.shares().entrySet().stream()
                .limit(2 * SHOWN)
                .map(share -> percent(share.getKey(), share.getValue()))
                .collect(Collectors.joining(", ")));
    lines.add("hottest frames: " + top(hasCpuTime() ? hottest : hottestRunning));
    if (hasCpuTime()) {
      lines.add("the same by the nearest of ours: " + top(hottestOfOurs));
    }
    double bytes = allocated.values().stream().mapToDouble(Double::doubleValue).sum();
    lines.add(
        String.format(Locale.ROOT, "allocated, about %.0f KiB: %s", bytes / KIB, top(allocated)));
    return String.join("\n", lines);
  }

  private static String top(Map<String, Double> weights) {
    double whole = weights.values().stream().mapToDouble(Double::doubleValue).sum();
    return weights.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .limit(SHOWN)
        .map(entry -> percent(entry.getKey(), entry.getValue() / whole))
        .collect(Collectors.joining(", "));
  }

  private static String percent(String name, double share) {
    return String.format(Locale.ROOT, "%s %.1f %%", name, 100 * share);
  }
}
