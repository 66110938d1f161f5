package kz.qaqpa.batching.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import kz.qaqpa.batching.BatchingSettings;
import kz.qaqpa.batching.FairnessSettings;
import kz.qaqpa.batching.PriorityClass;
import kz.qaqpa.batching.SchedulingPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SimulatorTest {
  @TempDir Path folder = Path.of("");

  private static Outcome run(Trace trace, SchedulingPolicy policy) {
    return new Simulation(
            trace,
            BatchingSettings.defaults().withPolicy(policy, FairnessSettings.defaults()),
            CostModel.CPU,
            32)
        .run();
  }

  @Test
  void fairPoliciesCloseTheGapAtEqualThroughput() {
    Trace trace = Trace.synthetic(7, 27, 14, 240);
    Outcome fcfs = run(trace, SchedulingPolicy.FCFS);
    for (SchedulingPolicy policy : List.of(SchedulingPolicy.VTC, SchedulingPolicy.FAIR)) {
      Outcome fair = run(trace, policy);
      assertThat(fair.gap().most()).isLessThan(fcfs.gap().most() / 3);
      assertThat(fair.gap().mean()).isLessThan(fcfs.gap().mean() / 3);
      assertThat(fair.lightTtft(0.99)).isLessThan(fcfs.lightTtft(0.99) / 3);
      assertThat(fair.serviceRate())
          .isBetween(0.97 * fcfs.serviceRate(), 1.05 * fcfs.serviceRate());
    }
  }

  @Test
  void theSameTraceGivesTheSameOutcome() {
    Trace trace = Trace.synthetic(3, 5, 12, 90);
    Outcome first = run(trace, SchedulingPolicy.FAIR);
    Outcome second = run(trace, SchedulingPolicy.FAIR);
    assertThat(second.ttft()).isEqualTo(first.ttft());
    assertThat(second.gap().seconds()).isEqualTo(first.gap().seconds());
  }

  /**
   * Ten quiet agencies, and one that sends 50 times as much, of which a part is kept.
   *
   * @param kept part of the noisy one's requests
   */
  private static Trace noisy(long seed, double kept) {
    RandomGenerator random = new SplittableRandom(seed);
    List<Trace.Arrival> arrivals = new ArrayList<>();
    for (int i = 0; i <= 10; i++) {
      double rate = i == 0 ? 10 : 0.2;
      for (double t = 0; t < 300; t += random.nextExponential() / rate) {
        int prompt = 20 + random.nextInt(300);
        int output = 20 + random.nextInt(250);
        if (i > 0 || random.nextDouble() < kept) {
          arrivals.add(
              new Trace.Arrival(t, "agency" + i, PriorityClass.INTERACTIVE, prompt, "", 0, output));
        }
      }
    }
    arrivals.sort(Comparator.comparingDouble(Trace.Arrival::seconds));
    return new Trace("noisy", arrivals);
  }

  @Test
  void aNoisyAgencyCostsTheOthersHardlyMoreThanOneOfItsShareWould() {
    Trace loud = noisy(11, 1);
    Outcome beside = run(loud, SchedulingPolicy.FAIR);
    double noise = demand(loud, true) / beside.seconds();
    double left = beside.serviceRate() - demand(loud, false) / beside.seconds();
    assertThat(left).as("what the others leave").isBetween(0.5 * noise, 0.95 * noise);

    Outcome cut = run(noisy(11, left / noise), SchedulingPolicy.FAIR);

    assertThat(beside.lightTtft(0.99)).isLessThanOrEqualTo(1.2 * cut.lightTtft(0.99));
    assertThat(run(loud, SchedulingPolicy.FCFS).lightTtft(0.99))
        .isGreaterThan(20 * beside.lightTtft(0.99));
  }

  private static double demand(Trace trace, boolean ofTheNoisyOne) {
    return trace.arrivals().stream()
        .filter(a -> a.agency().equals("agency0") == ofTheNoisyOne)
        .mapToDouble(a -> a.prompt() + 2.0 * a.output())
        .sum();
  }

  @Test
  void aTraceIsReadAsItWasWritten() throws IOException {
    Trace trace = Trace.synthetic(5, 3, 2, 30);
    Path file = folder.resolve("trace.jsonl");
    trace.write(file);
    Trace read = Trace.read(file);
    assertThat(read.arrivals()).hasSameSizeAs(trace.arrivals());
    assertThat(read.arrivals().getLast().agency()).isEqualTo(trace.arrivals().getLast().agency());
    assertThat(read.arrivals().getFirst().prompt()).isEqualTo(trace.arrivals().getFirst().prompt());
  }

  @Test
  void aBadLineIsNamed() throws IOException {
    Path file = folder.resolve("bad.jsonl");
    Files.writeString(file, "{\"t\": 1, \"agency\": \"a\", \"prompt\": 0, \"output\": 1}\n");
    assertThatThrownBy(() -> Trace.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(file + ":1: prompt: 0 (expected: 1 or more)");
    Files.writeString(file, "\n{\"prompt\": 1, \"output\": 1, \"class\": \"vip\"}\n");
    assertThatThrownBy(() -> Trace.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(file + ":2: class: vip (expected: citizen, interactive or batch)");
  }

  @Test
  void thePictureHasALineForEachPolicy() {
    Trace trace = Trace.synthetic(5, 3, 2, 90);
    List<Outcome> outcomes =
        List.of(run(trace, SchedulingPolicy.FCFS), run(trace, SchedulingPolicy.FAIR));
    assertThat(Report.svg("a < b", outcomes)).contains("a &lt; b").containsOnlyOnce(">fcfs<");
    assertThat(Report.svg("", outcomes).split("<polyline", -1)).hasSize(3);
    assertThat(Report.text(outcomes).lines()).hasSize(3);
  }
}
