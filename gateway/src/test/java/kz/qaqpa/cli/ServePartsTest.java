package kz.qaqpa.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.function.Consumer;
import kz.qaqpa.admission.Agency;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.Caller;
import kz.qaqpa.admission.quota.Limits;
import kz.qaqpa.admission.registry.AgencyDirectory;
import kz.qaqpa.admission.registry.Registry;
import kz.qaqpa.admission.registry.Secrets;
import kz.qaqpa.engine.EngineProvider;
import kz.qaqpa.engine.EngineSettings;
import kz.qaqpa.label.LocalText;
import org.junit.jupiter.api.Test;

class ServePartsTest {
  private static final Path ROOT = Path.of("/somewhere");

  @Test
  void options_overSettings() {
    ServeOptions options =
        ServeOptions.parse(
            List.of(
                "--port",
                "0",
                "--host",
                "::1",
                "--model",
                "m",
                "--precision",
                "int8",
                "--engine",
                "cpu",
                "--slots",
                "4",
                "--threads",
                "2"),
            ROOT);
    assertThat(options.port()).isZero();
    assertThat(options.model()).isEqualTo(Path.of("m"));
    assertThat(options.config()).isEqualTo(ROOT.resolve("config"));
    EngineSettings settings = options.over(new EngineSettings("auto", 0, 128, 0, Path.of("c")));
    assertThat(settings).isEqualTo(new EngineSettings("int8", 4, 128, 2, Path.of("c")));
    assertThat(ServeOptions.parse(List.of(), ROOT).model())
        .isEqualTo(ROOT.resolve("config/models/kaz-mini"));
  }

  @Test
  void badOptions_areNamed() {
    assertThatThrownBy(() -> ServeOptions.parse(List.of("--prot", "1"), ROOT))
        .hasMessage("--prot: no such option");
    assertThatThrownBy(() -> ServeOptions.parse(List.of("--port", "x"), ROOT))
        .hasMessage("--port: x (expected: a whole number)");
    assertThatThrownBy(() -> ServeOptions.parse(List.of("--port"), ROOT))
        .hasMessage("--port: absent (expected: a value)");
  }

  @Test
  void auto_takesThePreferredOfThoseThatWork_andSaysWhyNotTheOthers() {
    EngineProvider cpu = provider("cpu", 1, true, "8 threads");
    EngineProvider gpu = provider("gpu", 9, false, "not available: no driver");
    assertThat(EngineChoice.choose("auto", false, List.of(cpu, gpu)))
        .isEqualTo(new EngineChoice(cpu, "engine cpu: 8 threads; gpu: not available: no driver"));
    assertThat(EngineChoice.choose("auto", false, List.of(cpu, provider("npu", 5, true, "here"))))
        .extracting(EngineChoice::reason)
        .isEqualTo("engine npu: here");
  }

  @Test
  void namedEngine_orAClearNo() {
    EngineProvider gpu = provider("gpu", 9, false, "not available: no driver");
    assertThatThrownBy(() -> EngineChoice.choose("gpu", false, List.of(gpu)))
        .hasMessage("engine gpu: not available: no driver");
    assertThatThrownBy(() -> EngineChoice.choose("tpu", false, List.of(gpu)))
        .hasMessage("server.engine: tpu (expected: auto or gpu)");
    assertThatThrownBy(() -> EngineChoice.choose("auto", false, List.of(gpu)))
        .hasMessage("no engine works on this machine; gpu: not available: no driver");
  }

  @Test
  void anEngineThatMakesUpItsAnswers_isNeverChosen_onlyNamedWithLeave() {
    List<EngineProvider> one =
        ServiceLoader.load(EngineProvider.class).stream()
            .map(provider -> provider.get())
            .filter(EngineProvider::isSynthetic)
            .toList();
    assertThatThrownBy(() -> EngineChoice.choose("auto", true, one))
        .hasMessageStartingWith("no engine works on this machine");
    assertThatThrownBy(() -> EngineChoice.choose("synthetic", false, one))
        .hasMessageContaining("needs --allow-synthetic on the command line of serve");
    EngineChoice choice = EngineChoice.choose("synthetic", true, one);
    assertThat(choice.reason()).isEqualTo("engine synthetic: answers by a seed, for load tests");
    assertThat(choice.modelId(Path.of("config/models/kaz-mini"))).isEqualTo("synthetic");
    assertThat(ServeOptions.parse(List.of("--allow-synthetic"), ROOT).allowSynthetic()).isTrue();
    assertThat(ServeOptions.parse(List.of(), ROOT).allowSynthetic()).isFalse();
  }

  @Test
  void aPrecisionOfAnotherEngine_isRefusedBeforeAnythingIsLoaded() {
    EngineChoice gpu = new EngineChoice(provider("gpu", 9, true, "here"), "engine gpu: here");
    assertThat(gpu.requiring("auto").requiring("gpu")).isSameAs(gpu);
    assertThatThrownBy(() -> gpu.requiring("int8"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("engine.precision: int8 (expected: one of [auto, gpu], which engine gpu has)");
  }

  @Test
  void developmentKey_existsOnlyOnLoopback_andIsNewEachTime() {
    Agency agency = new Agency("sandbox", new LocalText("қ", "р", "e"), Limits.NONE);
    Registry registry =
        Registry.of(
            AgencyDirectory.empty()
                .with(new Application(agency, "development", Limits.NONE), "qpk_one"));
    DevelopmentKey one = DevelopmentKey.make(registry, true, Map.of());
    DevelopmentKey two = DevelopmentKey.make(registry, true, Map.of());
    assertThat(one.key()).matches("qpk_[A-Za-z0-9_-]{43}").isNotEqualTo(two.key());
    for (DevelopmentKey made : List.of(one, two)) {
      Caller.Proof proof = new Caller.Proof.Key(Secrets.sha256(String.valueOf(made.key())));
      assertThat(registry.directory().resolve(proof, Instant.now()).application().fullId())
          .isEqualTo("sandbox/development");
    }
    assertThat(DevelopmentKey.make(registry, false, Map.of()))
        .isEqualTo(new DevelopmentKey(null, "the address is not a loopback one"));
    assertThat(DevelopmentKey.make(Registry.of(AgencyDirectory.empty()), true, Map.of()))
        .isEqualTo(new DevelopmentKey(null, "agencies.yaml has no sandbox/development"));
    String given = "qpk_given_by_the_environment";
    assertThat(DevelopmentKey.make(registry, true, Map.of("QAQPA_DEV_KEY", given)).key())
        .isEqualTo(given);
    assertThatThrownBy(() -> DevelopmentKey.make(registry, true, Map.of("QAQPA_DEV_KEY", "short")))
        .hasMessage(
            "QAQPA_DEV_KEY: 5 characters (expected: 16 to 256 of printable ASCII without spaces)");
  }

  private static EngineProvider provider(
      String name, int preference, boolean available, String detail) {
    return new EngineProvider() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public int preference() {
        return preference;
      }

      @Override
      public Availability availability() {
        return new Availability(available, detail);
      }

      @Override
      public Set<String> precisions() {
        return Set.of("auto", name);
      }

      @Override
      public LoadedEngine open(Path model, EngineSettings settings, Consumer<String> progress) {
        throw new AssertionError("not to be opened");
      }
    };
  }
}
