package kz.qaqpa.engine.trt.plan;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Optional;

/** Keeps a large plan again and again until its process is ended. */
final class SlowWriter {
  private SlowWriter() {}

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    try (Arena arena = Arena.ofConfined()) {
      PlanStore.Build build = (_, _, memory) -> memory.allocate(64 << 20);
      for (int i = 0; i < 1000; i++) {
        PlanKey key = PlanStoreTest.key("sha256:" + i, "NVIDIA H200", "11.2.1");
        new PlanStore(folder, System.err::println).open(key, Optional.empty(), build, arena);
        System.out.println("written " + i);
      }
    }
  }
}
