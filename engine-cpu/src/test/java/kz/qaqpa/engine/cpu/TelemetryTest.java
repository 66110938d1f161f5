package kz.qaqpa.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TelemetryTest {
  @TempDir Path folder;

  /** Where telemetry starts, it leaves this file and dies of an argument of this length. */
  @Test
  void aProcessWithALongCommandLineLoadsTheRuntimeAndLeavesNoReport() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "--enable-native-access=ALL-UNNAMED",
                    "-Dpadding=" + "x".repeat(20_000),
                    Load.class.getName(),
                    folder.toString()))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("output").toFile());
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().remove("ORT_DISABLE_TELEMETRY");
    Process process = builder.start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue())
          .as(() -> "output: " + read(folder.resolve("output")))
          .isZero();
      assertThat(
              Path.of(System.getProperty("java.io.tmpdir"), "mat-debug-" + process.pid() + ".log"))
          .doesNotExist();
    } finally {
      process.destroyForcibly();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (java.io.IOException e) {
      return e.toString();
    }
  }

  /** What the process runs. */
  static final class Load {
    private Load() {}

    public static void main(String[] args) throws Exception {
      OnnxRuntime.load(Path.of(args[0]));
    }
  }
}
