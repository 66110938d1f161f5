package kz.qaqpa.engine.cpu;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What the engine wants to know of the machine.
 *
 * @param cores physical cores that this process may use
 * @param memoryBytes memory that this process may use, a container's limit included
 * @param processor the CPU and its instruction sets, in any words, equal for equal CPUs
 */
record Machine(int cores, long memoryBytes, String processor) {
  private static final Path CPUS = Path.of("/sys/devices/system/cpu");
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final List<String> IDENTITY =
      List.of("vendor_id", "cpu family", "model", "stepping", "flags", "CPU part", "Features");

  /** Looks. */
  static Machine here() {
    int processors = Runtime.getRuntime().availableProcessors();
    int physical = physicalCores();
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return new Machine(
        physical == 0 ? processors : Math.min(physical, processors),
        system.getTotalMemorySize(),
        readProcessor());
  }

  /** By Linux's topology, hyperthreads counted once; 0 where there is none to read. */
  private static int physicalCores() {
    Set<String> cores = new HashSet<>();
    try (DirectoryStream<Path> cpus = Files.newDirectoryStream(CPUS, "cpu[0-9]*")) {
      for (Path cpu : cpus) {
        Path topology = cpu.resolve("topology");
        if (Files.isDirectory(topology)) {
          cores.add(
              Files.readString(topology.resolve("physical_package_id"))
                  + Files.readString(topology.resolve("core_id")));
        }
      }
      return cores.size();
    } catch (IOException e) {
      return 0;
    }
  }

  private static String readProcessor() {
    StringBuilder all = new StringBuilder(System.getProperty("os.name"));
    all.append(' ').append(System.getProperty("os.arch"));
    try {
      Set<String> seen = new HashSet<>();
      for (String line : Files.readAllLines(CPU_INFO)) {
        int colon = line.indexOf(':');
        String field = colon < 0 ? line : line.substring(0, colon).strip();
        if (IDENTITY.contains(field) && seen.add(line)) {
          all.append('\n').append(line);
        }
      }
    } catch (IOException notLinux) {
      all.append('\n').append(System.getenv("PROCESSOR_IDENTIFIER"));
    }
    return all.toString();
  }
}
