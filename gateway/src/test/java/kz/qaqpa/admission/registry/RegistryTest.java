package kz.qaqpa.admission.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import kz.qaqpa.admission.Caller.Proof;
import kz.qaqpa.admission.Refusal;
import kz.qaqpa.config.ConfigException;
import kz.qaqpa.config.ConfigLoader;
import kz.qaqpa.fixture.LogLines;
import kz.qaqpa.fixture.TestGateway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryTest {
  private static final String ONE =
      """
      agencies:
        - id: sandbox
          name: {kk: қ, ru: р, en: e}
          applications:
            - id: development
              limits: {concurrentStreams: 7}
      """;

  private static final String DECLARED =
      ONE
          + """
                  declaration:
                    purpose: {kk: а, ru: б, en: c}
                    owner: {kk: а, ru: б, en: c}
                    holder: {kk: а, ru: б, en: c}
                    risk: minimal
                    autonomy: low
                    mode: open
                    ground: [service_notice]
          """;

  @TempDir private Path folder;

  @Test
  void aChangedFileIsTakenOver_aWrongOneIsNot() throws Exception {
    Path file = write(ONE);
    try (LogLines log = new LogLines();
        Registry registry = unwatched()) {
      assertThat(registry.reload()).isEqualTo(Registry.Outcome.UNCHANGED);
      write(ONE.replace("7", "8"));
      assertThat(registry.reload()).isEqualTo(Registry.Outcome.APPLIED);
      assertThat(streams(registry)).isEqualTo(8);
      AgencyDirectory good = registry.directory();

      write(ONE.replace("7", "nine").replace("id: sandbox", "id: Sandbox"));
      assertThat(registry.reload()).isEqualTo(Registry.Outcome.REFUSED);
      assertThat(registry.directory()).isSameAs(good);
      Registry.Trouble trouble = Objects.requireNonNull(registry.status().trouble());
      assertThat(trouble.problems())
          .containsExactly(
              file
                  + ":6: agencies[0].applications[0].limits.concurrentStreams: nine (expected: a"
                  + " whole number, -2147483648 to 2147483647)");
      assertThat(log.await("agencies.yaml is wrong")).contains("ERROR");
      assertThat(log.await(file + ":6: agencies[0]")).isNotEmpty();

      write(ONE.replace("7", "8"));
      assertThat(registry.reload()).isEqualTo(Registry.Outcome.UNCHANGED);
      assertThat(registry.status())
          .isEqualTo(new Registry.Status(1, registry.status().refused(), null));
      assertThat(registry.status().refused()).isPositive();
      assertThat(registry.directory()).isSameAs(good);
    }
  }

  @Test
  void aFileThatTheLawForbids_changesNothing() throws Exception {
    write(DECLARED);
    try (Registry registry = unwatched()) {
      AgencyDirectory good = registry.directory();
      for (String forbidden :
          List.of(
              DECLARED.replace("risk: minimal", "risk: high"),
              DECLARED.replace("autonomy: low", "autonomy: high"),
              DECLARED + "          functions: [social_scoring]\n")) {
        write(forbidden);
        assertThat(registry.reload()).isEqualTo(Registry.Outcome.REFUSED);
        assertThat(registry.directory()).isSameAs(good);
        assertThat(Objects.requireNonNull(registry.status().trouble()).problems())
            .isNotEmpty()
            .allSatisfy(
                problem -> assertThat(problem).contains("agencies[0].applications[0].declaration"));
      }
      write(DECLARED + "          functions: [translation]\n");
      assertThat(registry.reload()).isEqualTo(Registry.Outcome.APPLIED);
      assertThat(registry.directory()).isNotSameAs(good);
      assertThat(registry.status().trouble()).isNull();
    }
  }

  @Test
  void aWrongFileAtTheStartIsAnError() throws Exception {
    write(ONE.replace("7", "nine"));
    assertThatThrownBy(this::unwatched).isInstanceOf(ConfigException.class);
    Files.delete(folder.resolve(Registry.FILE));
    Files.createDirectory(folder.resolve(Registry.FILE));
    assertThatThrownBy(this::unwatched).hasMessageEndingWith("agencies.yaml: not a regular file");
  }

  @Test
  void withoutAFileTheShippedOneHolds_untilThereIsOne_andTakingItAwayIsWrong() throws Exception {
    try (Registry registry = unwatched()) {
      assertThat(registry.directory().agencies()).hasSize(23);
      Path file = write(ONE);
      assertThat(registry.reload()).isEqualTo(Registry.Outcome.APPLIED);
      assertThat(registry.directory().agencies()).hasSize(1);
      Files.delete(file);
      assertThat(registry.reload()).isEqualTo(Registry.Outcome.REFUSED);
      assertThat(Objects.requireNonNull(registry.status().trouble()).problems())
          .containsExactly(file + ": no such file");
      assertThat(registry.directory().agencies()).hasSize(1);
    }
  }

  @Test
  void whatWasAddedIsThereAfterEachReload_asLongAsItsApplicationIs() throws Exception {
    write(ONE);
    try (Registry registry = unwatched()) {
      AtomicInteger changes = new AtomicInteger();
      registry.whenChanged(changes::incrementAndGet);
      registry.add(directory -> {
        var application = directory.application("sandbox", "development");
        return application == null ? directory : directory.with(application, "qpk_added");
      });
      assertThat(changes).hasValue(1);
      Proof key = new Proof.Key(Secrets.sha256("qpk_added"));
      assertThat(registry.directory().resolve(key, Instant.now()).application().limits())
          .isEqualTo(registry.directory().applications().getFirst().limits());
      write(ONE.replace("7", "8"));
      registry.reload();
      assertThat(
              registry
                  .directory()
                  .resolve(key, Instant.now())
                  .application()
                  .limits()
                  .concurrentStreams())
          .isEqualTo(8);
      write(ONE.replace("development", "other"));
      registry.reload();
      assertThatThrownBy(() -> registry.directory().resolve(key, Instant.now()))
          .isInstanceOf(Refusal.Unauthorized.class);
      write(ONE);
      registry.reload();
      assertThat(registry.directory().resolve(key, Instant.now())).isNotNull();
    }
  }

  @Test
  void changesAreFoundWithoutBeingTold_alsoOfFilesThatArePutInPlace() throws Exception {
    write(ONE);
    try (Registry registry =
        Registry.open(ConfigLoader.load(folder, Map.of()), new RegistrySettings(false), Set.of())) {
      write(ONE.replace("7", "8"));
      TestGateway.await(() -> streams(registry) == 8);
      Path other = Files.writeString(folder.resolve("agencies.yaml~"), ONE.replace("7", "9"));
      Files.move(
          other,
          folder.resolve(Registry.FILE),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
      TestGateway.await(() -> streams(registry) == 9);
      write("agencies: [");
      TestGateway.await(() -> registry.status().trouble() != null);
      assertThat(streams(registry)).isEqualTo(9);
      write(ONE);
      TestGateway.await(() -> registry.status().trouble() == null);
      assertThat(streams(registry)).isEqualTo(7);
      assertThat(registry.status().applied()).isEqualTo(3);
      assertThat(registry.status().refused()).isEqualTo(1);
    }
  }

  private Registry unwatched() {
    return Registry.unwatched(
        ConfigLoader.load(folder, Map.of()), new RegistrySettings(false), Set.of());
  }

  private static int streams(Registry registry) {
    return Objects.requireNonNull(
        registry.directory().applications().getFirst().limits().concurrentStreams());
  }

  private Path write(String text) throws IOException {
    return Files.writeString(folder.resolve(Registry.FILE), text);
  }
}
