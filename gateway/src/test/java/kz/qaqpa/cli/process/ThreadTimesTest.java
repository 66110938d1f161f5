package kz.qaqpa.cli.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ThreadTimesTest {
  @Test
  void threadsOfOneKind_areOne() {
    ThreadTimes before = new ThreadTimes(Map.of("7 http-1", 10L, "8 step", 5L));
    ThreadTimes after =
        new ThreadTimes(Map.of("7 http-1", 20L, "8 step", 35L, "9 http-2", 10L, "10 idle#1", 0L));
    assertThat(after.since(before).shares())
        .containsExactly(Map.entry("step", 0.6), Map.entry("http", 0.4));
    assertThat(after.compilers()).isZero();
  }

  @Test
  void compilers_areKnownByTheirNames() {
    ThreadTimes times =
        new ThreadTimes(Map.of("7 C2 CompilerThre", 30L, "8 C1 CompilerThre", 10L, "9 step", 60L));
    assertThat(times.compilers()).isEqualTo(0.4);
    assertThat(new ThreadTimes(Map.of()).compilers()).isZero();
  }

  @Test
  void thisProcess_hasThreads() throws Exception {
    ThreadTimes here = ThreadTimes.of(ProcessHandle.current().pid());
    assertThat(here.ticks().isEmpty()).isEqualTo(!System.getProperty("os.name").equals("Linux"));
  }
}
