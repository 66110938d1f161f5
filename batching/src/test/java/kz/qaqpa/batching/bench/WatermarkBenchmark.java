package kz.qaqpa.batching.bench;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import kz.qaqpa.batching.fixture.FakeResult;
import kz.qaqpa.batching.mark.Marking;
import kz.qaqpa.batching.mark.Watermark;
import kz.qaqpa.batching.sample.Sampler;
import kz.qaqpa.batching.sample.SamplingParams;
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

/** What the watermark adds to choosing a token, and to remembering it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class WatermarkBenchmark {
  private static final int ANSWER = 512;
  private static final int ROWS = 16;

  @Param({"8192", "128000"})
  public int vocabulary;

  /** Deviation of the logits: 4 is peaked, as a trained model mostly is; 1 is flat. */
  @Param({"1", "4"})
  public double spread;

  @Param({"0.95", "1"})
  public double topP;

  @Param({"false", "true"})
  public boolean marked;

  private final StepResult[] results = new StepResult[ROWS];
  private SamplingParams params = SamplingParams.greedy();
  private Sampler sampler = new Sampler(1);
  private final int[] output = new int[ANSWER];
  private @Nullable Marking marking;
  private int length;

  /** Draws the logits. */
  @Setup
  public void fill() {
    SplittableRandom random = new SplittableRandom(1);
    sampler = new Sampler(vocabulary);
    for (int row = 0; row < ROWS; row++) {
      float[] logits = new float[vocabulary];
      for (int i = 0; i < vocabulary; i++) {
        logits[i] = (float) (random.nextGaussian() * spread);
      }
      FakeResult computed = FakeResult.of(LogitsMode.FULL, logits);
      results[row] = new SamplerBenchmark.Cached(computed, computed.logSumExp(0));
    }
    params = new SamplingParams(1, 0, topP, 0, 1, 0, 0, 42, -1);
    if (marked) {
      params =
          params.withWatermark(
              Watermark.serving(random.longs(Watermark.SUB_KEYS).toArray(), params.seed()));
    }
  }

  /** One token. */
  @Benchmark
  public int token() {
    if (length == 0 || length == ANSWER) {
      marking = Sampler.marking(params, ANSWER);
      length = 0;
    }
    StepResult result = results[length % ROWS];
    int token = sampler.sample(params, null, marking, LogitsMode.FULL, result, 0, length);
    output[length++] = token;
    if (marking != null) {
      marking.append(output, length);
    }
    return token;
  }
}
