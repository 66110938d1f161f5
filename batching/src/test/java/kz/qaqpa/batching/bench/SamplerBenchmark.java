package kz.qaqpa.batching.bench;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import kz.qaqpa.batching.fixture.FakeResult;
import kz.qaqpa.batching.sample.Sampler;
import kz.qaqpa.batching.sample.SamplingParams;
import kz.qaqpa.batching.sample.TokenMask;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.engine.StepResult;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Choosing one token out of 128,000, logits normal around 0 with the deviation {@code spread}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SamplerBenchmark {
  private static final int VOCABULARY = 128_000;
  private static final SamplingParams GREEDY = params(0, 0, 1, 0);
  private static final SamplingParams TOP_K40 = params(0.8, 40, 0.95, 0);
  private static final SamplingParams TOP_P90 = params(0.7, 0, 0.9, 0);
  private static final SamplingParams MIN_P = params(0.7, 0, 1, 0.05);
  private static final SamplingParams TEMPERATURE_ALONE = params(1, 0, 1, 0);
  private static final SamplingParams HOT_TOP_P = params(1.3, 0, 0.9, 0);

  /** 4 is peaked, as a trained model mostly is; 1 is flat, so that candidates seldom decide. */
  @Param({"1", "4"})
  public double spread;

  /** Masked tokens, the last of the vocabulary: Llama 3.1 has 256 special ones there. */
  @Param({"0", "256"})
  public int masked;

  private @Nullable TokenMask mask;
  private final Sampler sampler = new Sampler(VOCABULARY);
  private StepResult result = FakeResult.of(LogitsMode.FULL, 0, 1);
  private int index;

  /** Draws the logits. */
  @Setup
  public void fill() {
    SplittableRandom random = new SplittableRandom(1);
    mask =
        masked == 0
            ? null
            : TokenMask.of(VOCABULARY, IntStream.range(VOCABULARY - masked, VOCABULARY).toArray());
    float[] logits = new float[VOCABULARY];
    for (int i = 0; i < VOCABULARY; i++) {
      logits[i] = (float) (random.nextGaussian() * spread) - (i >= VOCABULARY - 256 ? 9 : 0);
    }
    FakeResult computed = FakeResult.of(LogitsMode.FULL, logits);
    float logSumExp = computed.logSumExp(0);
    result = new Cached(computed, logSumExp);
  }

  private static SamplingParams params(double temperature, int topK, double topP, double minP) {
    return new SamplingParams(temperature, topK, topP, minP, 1, 0, 0, 42, -1);
  }

  private int sample(SamplingParams params) {
    SamplingParams asked = params.withMask(mask);
    return sampler.sample(asked, null, null, LogitsMode.FULL, result, 0, index++ & 0xFFFF);
  }

  @Benchmark
  public int greedy() {
    return sample(GREEDY);
  }

  @Benchmark
  public int topK40() {
    return sample(TOP_K40);
  }

  @Benchmark
  public int topP90() {
    return sample(TOP_P90);
  }

  @Benchmark
  public int minP() {
    return sample(MIN_P);
  }

  @Benchmark
  public int temperatureAlone() {
    return sample(TEMPERATURE_ALONE);
  }

  @Benchmark
  public int hotTopP() {
    return sample(HOT_TOP_P);
  }

  /** The engine computes logsumexp once; the fake would each time. */
  record Cached(FakeResult result, float sum) implements StepResult {
    @Override
    public int candidates(int row) {
      return result.candidates(row);
    }

    @Override
    public int candidateId(int row, int rank) {
      return result.candidateId(row, rank);
    }

    @Override
    public float candidateLogit(int row, int rank) {
      return result.candidateLogit(row, rank);
    }

    @Override
    public float logSumExp(int row) {
      return sum;
    }

    @Override
    public void logits(int row, float[] into) {
      result.logits(row, into);
    }
  }
}
