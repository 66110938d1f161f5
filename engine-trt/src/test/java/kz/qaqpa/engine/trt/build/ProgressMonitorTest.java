package kz.qaqpa.engine.trt.build;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The object, called as C++ calls it: through the table whose address it begins with. */
class ProgressMonitorTest {
  private static final StructLayout INFO = MemoryLayout.structLayout(ADDRESS, JAVA_INT, JAVA_INT);

  private final List<String> heard = new ArrayList<>();

  private final BuildListener listener =
      new BuildListener() {
        @Override
        public void started(String phase, String parent, int steps) {
          heard.add("start " + phase + " in " + parent + " of " + steps);
        }

        @Override
        public boolean stepped(String phase, int step) {
          heard.add("step " + phase + " " + step);
          if (phase.equals("broken")) {
            throw new IllegalStateException("a listener's own fault");
          }
          return step < 5;
        }

        @Override
        public void finished(String phase) {
          heard.add("finish " + phase);
        }
      };

  @Test
  void isCalledThroughItsTable() throws Throwable {
    try (ProgressMonitor monitor = new ProgressMonitor(listener);
        Arena arena = Arena.ofConfined()) {
      MemorySegment self = MemorySegment.ofAddress(monitor.address());
      assertThat((int) call(self, 0, FunctionDescriptor.of(JAVA_INT, ADDRESS), self)).isZero();
      MemorySegment info =
          (MemorySegment)
              Linker.nativeLinker()
                  .downcallHandle(slot(self, 1), FunctionDescriptor.of(INFO, ADDRESS))
                  .invokeWithArguments((SegmentAllocator) arena, self);
      assertThat(info.get(ADDRESS, 0).reinterpret(64).getString(0)).isEqualTo("IProgressMonitor");
      assertThat(info.get(JAVA_INT, 8)).isEqualTo(1);
      assertThat(info.get(JAVA_INT, 12)).isZero();
      MemorySegment build = arena.allocateFrom("Building engine");
      MemorySegment tactics = arena.allocateFrom("Tactics");
      FunctionDescriptor start = FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, ADDRESS, JAVA_INT);
      call(self, 4, start, self, build, MemorySegment.NULL, 3);
      call(self, 4, start, self, tactics, build, 7);
      FunctionDescriptor step = FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS, ADDRESS, JAVA_INT);
      assertThat((boolean) call(self, 5, step, self, tactics, 0)).isTrue();
      assertThat((boolean) call(self, 5, step, self, tactics, 6)).isFalse();
      call(self, 6, FunctionDescriptor.ofVoid(ADDRESS, ADDRESS), self, tactics);
      assertThat(heard)
          .containsExactly(
              "start Building engine in  of 3",
              "start Tactics in Building engine of 7",
              "step Tactics 0",
              "step Tactics 6",
              "finish Tactics");
      assertThat(monitor.failure()).isNull();
    }
  }

  @Test
  void nothingIsThrownIntoC() throws Throwable {
    try (ProgressMonitor monitor = new ProgressMonitor(listener);
        Arena arena = Arena.ofConfined()) {
      MemorySegment self = MemorySegment.ofAddress(monitor.address());
      FunctionDescriptor step = FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS, ADDRESS, JAVA_INT);
      assertThat((boolean) call(self, 5, step, self, arena.allocateFrom("broken"), 0)).isFalse();
      assertThat(monitor.failure()).hasMessage("a listener's own fault");
      // Once broken, every step cancels.
      assertThat((boolean) call(self, 5, step, self, arena.allocateFrom("fine"), 0)).isFalse();
    }
  }

  private static MemorySegment slot(MemorySegment self, int slot) {
    MemorySegment table = self.reinterpret(8).get(ADDRESS, 0).reinterpret(7 * 8);
    return table.getAtIndex(ADDRESS, slot);
  }

  private static Object call(
      MemorySegment self, int slot, FunctionDescriptor type, Object... arguments) throws Throwable {
    return Linker.nativeLinker()
        .downcallHandle(slot(self, slot), type)
        .invokeWithArguments(arguments);
  }
}
