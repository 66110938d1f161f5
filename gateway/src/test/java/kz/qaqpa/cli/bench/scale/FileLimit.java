package kz.qaqpa.cli.bench.scale;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;

/** How many files this process, and with it those that it starts, may have open. */
final class FileLimit {
  /** What a gateway has open beside its connections, generously. */
  private static final int OTHERS = 512;

  private FileLimit() {}

  /**
   * Refuses what would run into the limit. The JVM has raised its own to the hard one already.
   *
   * @throws IOException which says how to raise it
   */
  static void require(int connections) throws IOException {
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        && unix.getMaxFileDescriptorCount() < connections + OTHERS) {
      throw new IOException(
          "open files: at most "
              + unix.getMaxFileDescriptorCount()
              + " (expected: "
              + (connections + OTHERS)
              + " for "
              + connections
              + " connections; raise the hard limit, ulimit -Hn, or ask for fewer with --streams)");
    }
  }
}
