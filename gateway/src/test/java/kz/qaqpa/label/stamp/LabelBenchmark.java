package kz.qaqpa.label.stamp;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import kz.qaqpa.fixture.JmhRun;
import kz.qaqpa.label.ContentLabel;
import kz.qaqpa.label.LabelSamples;
import kz.qaqpa.label.NoticePolicy;
import kz.qaqpa.label.TextHash;
import kz.qaqpa.label.key.KeyRing;
import kz.qaqpa.label.key.SampleKeys;
import kz.qaqpa.label.key.SigningKey;
import kz.qaqpa.label.schema.LabelSchemas;
import kz.qaqpa.label.sign.LabelSigner;
import kz.qaqpa.label.sign.SignedLabel;
import kz.qaqpa.label.verify.GivenText;
import kz.qaqpa.label.verify.LabelVerifier;
import kz.qaqpa.label.verify.Verification;
import kz.qaqpa.language.Language;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.results.RunResult;

/**
 * Microseconds of what an answer pays for its label: 400 pieces of Kazakh text, hashed as they
 * come, and one signature, by one thread. {@link #main} runs it with JMH's options.
 */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 10, time = 1)
@Fork(1)
public class LabelBenchmark {
  private static final int PIECES = 400;

  /** One answer. */
  @State(Scope.Benchmark)
  public static class Shared {
    private final SigningKey ed25519 = SampleKeys.ed25519();
    private final SigningKey es256 = SampleKeys.p256();
    private final LabelSigner signer =
        LabelSamples.signer(new KeyRing(List.of(ed25519), List.of()), "v1");
    private final LabelSigner other =
        LabelSamples.signer(new KeyRing(List.of(es256), List.of()), "v1");
    private final LabelSigner.Seat seat = signer.seat();
    private final LabelSigner.Seat otherSeat = other.seat();
    private final LabelStamper stamper =
        new LabelStamper(
            new ContentLabel.Model("kaz-mini", "sha256:00"),
            LabelSamples.notices(),
            Language.KK,
            signer,
            LabelSamples.WATERMARK,
            false);
    private final LabelStamper.Beginning beginning =
        new LabelStamper.Beginning(
            LabelSamples.provenance(),
            NoticePolicy.APPEND,
            1,
            Language.KK,
            LabelSamples.NOW,
            false,
            null);
    private final LabelVerifier verifier =
        new LabelVerifier(SampleKeys.halves(ed25519), LabelSchemas.installed());
    private List<String> pieces = new ArrayList<>();
    private String text = "";
    private ContentLabel label = LabelSamples.label("");
    private String signed = "";

    @Setup
    public void prepare() {
      List<String> words =
          List.of(" Қазақ", "стан", " Респуб", "ликасы", "ның", " аст", "анасы", ".");
      pieces = new ArrayList<>();
      for (int i = 0; i < PIECES; i++) {
        pieces.add(words.get(i % words.size()));
      }
      text = String.join("", pieces);
      label = LabelSamples.label(text);
      signed = new String(LabelSamples.sign(ed25519, label).json(), StandardCharsets.UTF_8);
    }

    @TearDown
    public void close() {
      signer.close();
      other.close();
    }
  }

  /** The hash of the pieces: all that the event loop has to do more. */
  @Benchmark
  public String hash(Shared shared) {
    TextHash hash = new TextHash();
    shared.pieces.forEach(hash::update);
    return hash.finish();
  }

  /** JSON and signature, with the way to the signer's thread and back. */
  @Benchmark
  public SignedLabel signEd25519(Shared shared) {
    return block(shared.seat.sign(shared.label));
  }

  /** The same with ES256 in the JDK. */
  @Benchmark
  public SignedLabel signEs256(Shared shared) {
    return block(shared.otherSeat.sign(shared.label));
  }

  /** All of it, from the id to the signed label. */
  @Benchmark
  public SignedLabel answer(Shared shared) {
    try (Stamp stamp = shared.stamper.begin(shared.beginning)) {
      stamp.begin(0);
      for (String piece : shared.pieces) {
        stamp.text(0, piece);
      }
      stamp.end(0, Language.KK);
      return block(stamp.sign(stamp.complete(Language.KK)));
    }
  }

  /** A label and its text, verified. */
  @Benchmark
  public Verification verify(Shared shared) {
    return shared.verifier.verify(
        shared.signed, List.of(new GivenText(0, shared.text)), LabelSamples.NOW);
  }

  private static SignedLabel block(reactor.core.publisher.Mono<SignedLabel> label) {
    return Objects.requireNonNull(label.block(Duration.ofSeconds(10)));
  }

  /** Runs the benchmark and prints medians; the arguments are JMH's. */
  public static void main(String[] args) throws Exception {
    for (RunResult result : JmhRun.of(LabelBenchmark.class, args)) {
      var statistics = result.getPrimaryResult().getStatistics();
      System.out.printf(
          "%-14s median %7.1f us, p99 %7.1f us%n",
          result.getParams().getBenchmark().replaceAll(".*\\.", ""),
          statistics.getPercentile(50),
          statistics.getPercentile(99));
    }
  }
}
