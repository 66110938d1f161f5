package kz.qaqpa.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gatling.app.Gatling$;
import io.gatling.javaapi.core.Simulation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import kz.qaqpa.load.run.Caller;
import kz.qaqpa.load.run.OwnGateway;
import kz.qaqpa.load.run.Registry;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each simulation for a second or two, against the shipped model and against the synthetic engine.
 * They must pass, not be fast: what they ask of times is set so low that a busy machine keeps it.
 */
@Tag("simulation")
class SimulationsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path folder;

  /**
   * A simulation with as much load as a second on a slow machine can take.
   *
   * @param users what it counts
   * @param seconds of the load
   */
  private record Short(Class<? extends Simulation> simulation, double users, double seconds) {}

  private static final List<Short> ALL =
      List.of(
          new Short(StreamingApp.class, 4, 1),
          new Short(Chatbot.class, 2, 1),
          new Short(EgovDay.class, 8, 2),
          new Short(QuotaStorm.class, 30, 2),
          new Short(NoisyNeighbour.class, 2, 2),
          new Short(LongPrompts.class, 3, 1),
          new Short(ReconnectStorm.class, 8, 1),
          new Short(Soak.class, 2, 2));

  /** One gateway for all of them; each has agencies of its own in it. */
  @ParameterizedTest
  @ValueSource(strings = {"synthetic", "cpu"})
  void eachPasses(String engine) throws IOException {
    Path root = Path.of(System.getProperty("qaqpa.load.root")).toAbsolutePath().normalize();
    Map<String, String> failed = new HashMap<>();
    try (OwnGateway gateway = OwnGateway.start(root, engine, new Registry(3, 400), folder)) {
      Path keys = folder.resolve("keys.jsonl");
      Files.writeString(keys, lines(gateway.callers()));
      set("target", gateway.url());
      set("keys", keys.toString());
      set("maxTokens", "8");
      set("ttftMillis", "60000");
      set("itlMillis", "60000");
      set("goodput", "0");
      set("sample", "1");
      set("drift", "1000");
      for (Short run : ALL) {
        Path results = folder.resolve(run.simulation().getSimpleName());
        int code = run(run, Files.createDirectories(results));
        if (code != 0) {
          failed.put(run.simulation().getSimpleName(), broken(results));
        }
      }
      assertThat(failed).isEmpty();
      assertThatOneThatIsTooSlow_endsWithAnotherCode();
    }
  }

  private void assertThatOneThatIsTooSlow_endsWithAnotherCode() throws IOException {
    set("ttftMillis", "1");
    Path results = Files.createDirectories(folder.resolve("slow"));
    assertThat(run(ALL.getFirst(), results)).isNotZero();
    assertThat(broken(results)).contains("TTFT p99 <= 1 ms: ");
  }

  private static int run(Short run, Path results) {
    set("users", Double.toString(run.users()));
    set("seconds", Double.toString(run.seconds()));
    set("results", results.toString());
    return Gatling$.MODULE$.fromArgs(
        new String[] {"-s", run.simulation().getName(), "-rf", results.toString(), "--no-reports"});
  }

  /** What did not hold, as the page for programs tells. */
  private static String broken(Path results) throws IOException {
    List<String> broken = new ArrayList<>();
    try (Stream<Path> all = Files.walk(results)) {
      for (Path file : all.filter(path -> path.endsWith("answers.json")).toList()) {
        for (JsonNode check : JSON.readTree(file.toFile()).path("checks")) {
          if (!check.path("holds").asBoolean()) {
            broken.add(check.path("name").asText() + ": " + check.path("found").asText());
          }
        }
      }
    }
    return broken.toString();
  }

  private static String lines(List<Caller> callers) {
    StringBuilder lines = new StringBuilder();
    for (Caller caller : callers) {
      lines
          .append(
              JSON.createObjectNode()
                  .put("role", caller.role().name().toLowerCase(java.util.Locale.ROOT))
                  .put("agency", caller.agency())
                  .put("key", caller.key())
                  .put("tokensPerDay", caller.tokensPerDay()))
          .append('\n');
    }
    return lines.toString();
  }

  private static void set(String name, String value) {
    System.setProperty("qaqpa.load." + name, value);
  }
}
