package kz.qaqpa.cli.bench.result;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What a benchmark ran on.
 *
 * @param processor its model
 * @param processors that this process may use
 * @param memoryGib of the machine
 * @param kernel its name and version
 * @param java the version of Java
 * @param loadAverage of the last minute, when the benchmark began; negative where nobody counts it
 */
public record Machine(
    String processor,
    int processors,
    double memoryGib,
    String kernel,
    String java,
    double loadAverage) {
  private static final double GIB = 1 << 30;
  private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

  /** This one, now. */
  public static Machine here() {
    double memory = 0;
    if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
      memory = system.getTotalMemorySize() / GIB;
    }
    return new Machine(
        processorModel(),
        Runtime.getRuntime().availableProcessors(),
        Math.round(10 * memory) / 10.0,
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        String.valueOf(Runtime.version()),
        Math.round(100 * ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage())
            / 100.0);
  }

  /** The same, with the load average of when a benchmark began that is over. */
  public Machine withLoadAverage(double average) {
    return new Machine(processor, processors, memoryGib, kernel, java, average);
  }

  private static String processorModel() {
    String architecture = System.getProperty("os.arch");
    if (!Files.isReadable(PROCESSORS)) {
      return architecture;
    }
    try (var lines = Files.lines(PROCESSORS, StandardCharsets.ISO_8859_1)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(architecture);
    } catch (IOException e) {
      return architecture;
    }
  }

  /**
   * Whether both have the same processors and as much memory: times of one say much of the other.
   */
  public boolean isLike(Machine other) {
    return processor.equals(other.processor)
        && processors == other.processors
        && Math.round(memoryGib) == Math.round(other.memoryGib);
  }

  /** For people, in one line. */
  public String line() {
    return String.format(
        Locale.ROOT,
        "%d x %s, %.1f GiB, %s, Java %s%s",
        processors,
        processor,
        memoryGib,
        kernel,
        java,
        loadAverage < 0 ? "" : String.format(Locale.ROOT, ", load average %.2f", loadAverage));
  }
}
