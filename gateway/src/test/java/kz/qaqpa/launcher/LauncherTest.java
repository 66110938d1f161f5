package kz.qaqpa.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A copy of {@code ./qaqpa} in a folder without a build, on machines that lack something. */
class LauncherTest {
  private static final List<String> TOOLS =
      List.of(
          "dirname",
          "readlink",
          "sed",
          "head",
          "find",
          "cat",
          "id",
          "uname",
          "grep",
          "sleep",
          "mv",
          "rm");

  @TempDir private Path folder;

  @Test
  void helpNamesEveryCommand() throws Exception {
    assertThat(launch(Map.of(), "help"))
        .startsWith("0 ")
        .contains(
            "serve",
            "chat",
            "key new",
            "test",
            "tokenize",
            "perplexity",
            "label",
            "engine list",
            "engine install trt",
            "compile",
            "bench",
            "soak",
            "usage",
            "simulate",
            "load");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "fly | unknown command fly",
        "test --fast | test: unknown option --fast (expected: --all, --long or -Dname=value)",
        "load | load: no simulation named",
        "load ../x | load: ../x (expected: StreamingApp, Chatbot, ",
        "load Nobody | load: Nobody (expected: StreamingApp, Chatbot, ",
      })
  void whatItDoesNotKnowIsNamed(String line, String message) throws Exception {
    assertThat(launch(Map.of(), line.split(" "))).startsWith("1 ").contains(message);
  }

  /** Whoever lists the machine's processes sees their arguments. */
  @Test
  void optionsOfALoadBecomeProperties_andItsKeyNoArgument() throws Exception {
    Path sources = folder.resolve("checkout/load-tests/src/test/java/kz/qaqpa/load");
    Files.writeString(Files.createDirectories(sources).resolve("Chatbot.java"), "");
    script(
        tools().resolve("mvn"),
        "echo Apache Maven 3.9.9; echo \"$@\"; echo \"the key: $QAQPA_DEV_KEY\"");
    Map<String, String> jdk = Map.of("JAVA_HOME", System.getProperty("java.home"));
    String line =
        "load Chatbot --target http://127.0.0.1:1 --key qpk_one --minutes 2 --ttft-millis 9";
    assertThat(launch(jdk, line.split(" ")))
        .startsWith("0 ")
        .contains(
            " -Dqaqpa.load.target=http://127.0.0.1:1 -Dqaqpa.load.minutes=2"
                + " -Dqaqpa.load.ttftMillis=9 ",
            " -Dgatling.simulationClass=kz.qaqpa.load.Chatbot test-compile gatling:test")
        .endsWith("the key: qpk_one")
        .doesNotContain("qpk_one ");
    assertThat(launch(jdk, "load", "Chatbot", "--loud", "1"))
        .contains("load: unknown option --loud (docs/load-testing.md has those that there are)");
    assertThat(launch(jdk, "load", "Chatbot", "--users"))
        .isEqualTo("1 qaqpa: load: --users has no value");
  }

  @Test
  void aMissingMavenIsOneSentence() throws Exception {
    Map<String, String> jdkOnly = Map.of("JAVA_HOME", System.getProperty("java.home"));
    assertThat(launch(jdkOnly, "test"))
        .isEqualTo(
            "1 qaqpa: needs Maven 3.8 or later on the PATH: install it (Debian: apt-get install"
                + " maven).");
  }

  @Test
  void anOldMavenIsOneSentence() throws Exception {
    script(tools().resolve("mvn"), "echo 'Apache Maven 3.6.3 (abc)'");
    Map<String, String> jdkOnly = Map.of("JAVA_HOME", System.getProperty("java.home"));
    assertThat(launch(jdkOnly, "test"))
        .isEqualTo(
            "1 qaqpa: needs Maven 3.8 or later of line 3, and found 3.6: install one of those.");
  }

  @Test
  void allTestsWantABrowserAndNode_andTestsWithNodeRunWhereItIsFound() throws Exception {
    Map<String, String> jdk = Map.of("JAVA_HOME", System.getProperty("java.home"));
    script(tools().resolve("mvn"), "echo Apache Maven 3.9.9; echo \"$@\"");
    script(tools().resolve("id"), "echo 1000");
    assertThat(launch(jdk, "test", "--all"))
        .startsWith("1 ")
        .contains( // And PostgreSQL.
            ": bubblewrap chromium curl iproute2 mmdebstrap nodejs npm openssl prometheus"
                + " redis-server softhsm2 strace");
    assertThat(launch(jdk, "test")).startsWith("0 ").doesNotContain("-Pnode");
    script(tools().resolve("npm"), "");
    script(tools().resolve("node"), "echo v16.20.2");
    assertThat(launch(jdk, "test")).startsWith("0 ").doesNotContain("-Pnode");
    script(tools().resolve("node"), "echo v18.20.4");
    assertThat(launch(jdk, "test")).startsWith("0 ").contains("-Pnode");
  }

  /** Its text alone decides: what else lies in the usual places of this machine is not asked. */
  @Test
  void anOldJdkInJavaHomeIsPassedOver() throws Exception {
    Path old = Files.createDirectories(folder.resolve("jdk-17"));
    Files.writeString(old.resolve("release"), "JAVA_VERSION=\"17.0.15\"\n");
    script(Files.createDirectories(old.resolve("bin")).resolve("javac"), "");
    assertThat(launch(Map.of("JAVA_HOME", old.toString()), "test"))
        .startsWith("1 qaqpa: needs ")
        .doesNotContain("17");
  }

  @Test
  void aStartIsRecordedOnceForABuildAndThenUsed() throws Exception {
    Path jdk =
        fakeJdk("echo recorded >${1#-XX:AOTCacheOutput=}; echo ready http://it; exec sleep 30");
    Map<String, String> environment = Map.of("JAVA_HOME", jdk.toString());
    Path cache = built().resolve("start-25.0.9+1.aot");
    assertThat(launch(environment, "chat")).isEqualTo("0 started: chat");
    assertThat(cache).doesNotExist();
    assertThat(launch(environment, "serve", "--port", "1"))
        .startsWith("0 Recording a start")
        .endsWith("started with " + cache + ": serve --port 1");
    assertThat(cache).hasContent("recorded");
    assertThat(launch(environment, "serve")).isEqualTo("0 started with " + cache + ": serve");
    assertThat(launch(environment, "chat")).isEqualTo("0 started with " + cache + ": chat");
    try (Stream<Path> left = Files.list(built())) {
      assertThat(left)
          .extracting(file -> file.getFileName().toString())
          .containsExactlyInAnyOrder(
              "qaqpa-gateway.jar", "runtime.libraries", "start-25.0.9+1.aot");
    }
  }

  @Test
  void aStartThatCannotBeRecordedIsNotTriedAgain() throws Exception {
    Map<String, String> environment = Map.of("JAVA_HOME", fakeJdk("exit 1").toString());
    built();
    assertThat(launch(environment, "serve"))
        .startsWith("0 Recording a start")
        .endsWith("started: serve");
    assertThat(launch(environment, "serve")).isEqualTo("0 started: serve");
  }

  /** Java says that something is to be installed, Maven fetches it, Java unpacks it. */
  @Test
  void tensorRtIsFetchedWhereTheMachineLacksIt() throws Exception {
    Path jdk = fakeJdk("exit 1");
    Map<String, String> environment = Map.of("JAVA_HOME", jdk.toString());
    built();
    assertThat(launch(environment, "engine", "list")).isEqualTo("0 started: engine list");
    assertThat(launch(environment, "engine", "install", "trt", "--jars", "x"))
        .isEqualTo("0 started: engine install trt --jars x");
    assertThat(launch(environment, "engine", "install", "trt"))
        .isEqualTo("0 started: engine install trt --check");
    Path java = jdk.resolve("bin/java");
    script(
        java,
        Files.readString(java).replace("shift\necho", "shift\n[ $4 != --check ] || exit 3\necho"));
    script(tools().resolve("mvn"), "echo Apache Maven 3.9.9; [ $1 = -v ] || exit 1");
    assertThat(launch(environment, "engine", "install", "trt"))
        .startsWith("1 Fetching the libraries of TensorRT and CUDA, 870 MB.")
        .endsWith("with --jars DIR it takes them from a folder, docs/tensorrt.md names them.");
    script(tools().resolve("mvn"), "echo Apache Maven 3.9.9");
    assertThat(launch(environment, "engine", "install", "trt"))
        .startsWith("0 Fetching")
        .endsWith(
            "started: engine install trt --jars "
                + folder.resolve("checkout/engine-trt/target/tensorrt-jars"));
  }

  /** As a build leaves the folder that the launcher starts from. */
  private Path built() throws IOException {
    Path target = Files.createDirectories(folder.resolve("checkout/gateway/target"));
    for (String file : List.of("qaqpa-gateway.jar", "runtime.libraries")) {
      if (!Files.exists(target.resolve(file))) {
        Files.writeString(target.resolve(file), "");
        FileTime past = FileTime.from(Instant.now().minusSeconds(60));
        Files.setLastModifiedTime(target.resolve(file), past);
      }
    }
    return target;
  }

  /** Its Java tells how it was started, or records as it is told. */
  private Path fakeJdk(String recording) throws IOException {
    Path jdk = Files.createDirectories(folder.resolve("jdk 25"));
    Files.writeString(
        jdk.resolve("release"), "JAVA_VERSION=\"25.0.9\"\nJAVA_RUNTIME_VERSION=\"25.0.9+1\"\n");
    Path bin = Files.createDirectories(jdk.resolve("bin"));
    script(bin.resolve("javac"), "");
    script(
        bin.resolve("java"),
        """
        with=
        while [ "$1" != kz.qaqpa.Main ]; do
          case $1 in
            -XX:AOTCacheOutput=*) RECORDING ;;
            -XX:AOTCache=*) with=" with ${1#-XX:AOTCache=}" ;;
          esac
          shift
        done
        shift
        echo "started$with: $*"
        """
            .replace("RECORDING", recording));
    return jdk;
  }

  private Path tools() throws IOException {
    Path bin = folder.resolve("bin");
    if (!Files.exists(bin)) {
      Files.createDirectories(bin);
      for (String tool : TOOLS) {
        for (String place : List.of("/usr/bin/", "/bin/")) {
          Path program = Path.of(place + tool);
          if (Files.exists(program)) {
            script(bin.resolve(tool), "exec " + program + " \"$@\"");
          }
        }
      }
    }
    return bin;
  }

  private static void script(Path file, String line) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + line + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private String launch(Map<String, String> environment, String... arguments) throws Exception {
    Path home = Files.createDirectories(folder.resolve("checkout"));
    Path script = home.resolve("qaqpa");
    if (!Files.exists(script)) {
      Files.copy(Path.of(System.getProperty("qaqpa.root"), "qaqpa"), script);
    }
    List<String> command = new ArrayList<>(List.of("/bin/sh", script.toString()));
    command.addAll(List.of(arguments));
    Path output = folder.resolve("output");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", tools().toString());
    builder.environment().put("HOME", home.toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return process.exitValue() + " " + Files.readString(output, StandardCharsets.UTF_8).strip();
  }
}
