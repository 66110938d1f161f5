package kz.qaqpa.batching.loop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** JCStress on everything in this folder, in JVMs of its own. */
@Tag("concurrency")
class StressTest {

  @Test
  void whatThreadsSeeOfEachOtherIsAllowed() throws IOException, InterruptedException {
    Path folder = Files.createDirectories(Path.of("target", "jcstress").toAbsolutePath());
    Path output = folder.resolve("output.txt");
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "org.openjdk.jcstress.Main",
                "-m",
                TestSize.tries(0, 1) == 0 ? "sanity" : "quick",
                "-r",
                folder.resolve("report").toString())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    Process run = builder.start();
    boolean over = run.waitFor(30, TimeUnit.MINUTES);
    run.destroyForcibly();
    assertThat(over).isTrue();
    assertThat(Files.readString(output, UTF_8))
        .contains("Failed tests: No matches.", "Error tests: No matches.")
        .doesNotContain("Results: 0 planned");
  }
}
