package kz.qaqpa.cli.bench.result;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MachineTest {
  @Test
  void thisOne_saysWhatItIs() {
    Machine here = Machine.here();
    assertThat(here.processors()).isPositive();
    assertThat(here.memoryGib()).isPositive();
    assertThat(here.line()).contains(here.processor(), "GiB", here.kernel(), "Java " + here.java());
    assertThat(here.isLike(Machine.here())).isTrue();
  }

  @Test
  void itIsItsHardware() {
    Machine one = new Machine("P", 2, 23.5, "Linux 6", "25", 0.5);
    assertThat(one.line()).isEqualTo("2 x P, 23.5 GiB, Linux 6, Java 25, load average 0.50");
    assertThat(one.isLike(new Machine("P", 2, 23.6, "Linux 7", "26", 9))).isTrue();
    assertThat(one.isLike(new Machine("P", 4, 23.5, "Linux 6", "25", 0.5))).isFalse();
    assertThat(one.isLike(new Machine("Q", 2, 23.5, "Linux 6", "25", 0.5))).isFalse();
    assertThat(one.isLike(new Machine("P", 2, 47, "Linux 6", "25", 0.5))).isFalse();
    assertThat(new Machine("P", 2, 23.5, "Linux 6", "25", -1).line()).doesNotContain("load");
  }
}
