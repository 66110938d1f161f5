package kz.qaqpa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import kz.qaqpa.fixture.Certificates;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.ServeJvm;
import kz.qaqpa.fixture.Sse;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.testing.RandomCheckpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command in a process of its own, with the shipped model on the CPU engine. */
class ServeCommandTest {
  private static final String KEY = "qpk_key_of_the_serve_command_test";

  @TempDir private Path folder;

  @Test
  void servesTheShippedModel_andEndsWithZeroOnSigterm() throws Exception {
    Process process = start("--port", "0");
    try (BufferedReader out =
            new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        HttpClient client = HttpClient.newHttpClient()) {
      String ready = String.valueOf(out.readLine());
      assertThat(ready).matches("ready http://127\\.0\\.0\\.1:\\d+");
      assertThat(out.readLine()).startsWith("kaz-mini on cpu: ");
      assertThat(out.readLine()).startsWith("curl -N http://127.0.0.1:").contains(KEY);
      assertThat(out.readLine())
          .matches("admin http://127\\.0\\.0\\.1:\\d+, with the key in .*/state/admin\\.key");
      URI base = URI.create(ready.substring("ready ".length()));
      assertThat(get(client, base.resolve("/")).body()).contains("<html");
      assertThat(get(client, base.resolve("/readyz")).statusCode()).isEqualTo(200);
      assertThat(get(client, base.resolve("/metrics")).body())
          .contains("vllm:num_requests_running");
      String question = "Қазақстанның астанасы қай қала?";
      String sampling = "\"seed\":7,\"temperature\":0.8,\"max_tokens\":60";
      String whole =
          Sse.content(chat(client, base, TestGateway.chat(question, sampling)).get().body());
      String streamed =
          chat(client, base, TestGateway.chat(question, sampling + ",\"stream\":true"))
              .get()
              .body();
      assertThat(streamed).doesNotContain("\uFFFD");
      assertThat(Sse.text(Sse.chunks(streamed))).isEqualTo(whole).containsPattern("[әғқңөұүһі]");
      // A running answer is given its time.
      CompletableFuture<HttpResponse<String>> running =
          chat(client, base, TestGateway.chat(question, "\"stream\":true,\"max_tokens\":200"));
      process.destroy();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
      running.handle((response, failure) -> response != null || failure != null).get();
    } finally {
      process.destroyForcibly();
    }
  }

  /** Whoever starts it from a script may stop it as soon as it says that it is ready. */
  @Test
  void stoppedRightAfterItIsReady_endsWithZero() throws Exception {
    Process process = start("--port", "0");
    try (BufferedReader out =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(out.readLine()).as(this::errors).startsWith("ready http://");
      process.destroy();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(this::errors).isZero();
    } finally {
      process.destroyForcibly();
    }
  }

  /** Llama 3.1's proportions and rotary scaling, weights at random, the shipped vocabulary. */
  @Test
  void servesAnyLlamaCheckpoint() throws Exception {
    Path model = folder.resolve("llama-3.1-small");
    RandomCheckpoint.llama31ScaledDown().vocabulary(Script.VOCABULARY).write(model, 31);
    for (String file : List.of("tokenizer.json", "tokenizer_config.json")) {
      Files.copy(Script.KAZ_MINI.resolve(file), model.resolve(file));
    }
    Process process = start("--port", "0", "--model", model.toString(), "--precision", "int8");
    try (BufferedReader out =
            new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        HttpClient client = HttpClient.newHttpClient()) {
      String ready = String.valueOf(out.readLine());
      assertThat(ready).as(this::errors).startsWith("ready http://");
      assertThat(out.readLine()).startsWith("llama-3.1-small on cpu: ").contains("int8");
      URI base = URI.create(ready.substring("ready ".length()));
      String question =
          TestGateway.chat("Сәлем", "\"seed\":7,\"max_tokens\":20")
              .replace("kaz-mini", "llama-3.1-small");
      HttpResponse<String> response = chat(client, base, question).get();
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
      assertThat(Sse.content(chat(client, base, question).get().body()))
          .isEqualTo(Sse.content(response.body()))
          .isNotEmpty();
    } finally {
      process.destroyForcibly();
    }
  }

  /** Whoever reads an answer, or its label alone, can tell that nothing was asked. */
  @Test
  void theSyntheticEngine_servesUnderItsOwnName() throws Exception {
    Path config = Files.createDirectories(folder.resolve("config"));
    Files.writeString(
        config.resolve("qaqpa.yaml"), "engine:\n  slots: 20000\n  synthetic:\n    seed: 9\n");
    Process process =
        start(
            "--port",
            "0",
            "--engine",
            "synthetic",
            "--allow-synthetic",
            "--config",
            config.toString());
    try (BufferedReader out =
            new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        HttpClient client = HttpClient.newHttpClient()) {
      String ready = String.valueOf(out.readLine());
      assertThat(ready).as(this::errors).startsWith("ready http://");
      assertThat(out.readLine()).startsWith("synthetic on synthetic: ").contains("20000 slots");
      URI base = URI.create(ready.substring("ready ".length()));
      String question =
          TestGateway.chat("Сәлем", "\"temperature\":0,\"max_tokens\":20,\"stream\":true")
              .replace("kaz-mini", "synthetic");
      HttpResponse<String> response = chat(client, base, question).get();
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
      assertThat(Sse.text(Sse.chunks(response.body()))).matches("(?s)( \\p{L}+){20}.*");
      assertThat(response.body())
          .contains("\"model\":\"synthetic\",\"model_digest\":\"synthetic:seed-9:sha256:");
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void tls_isAnnounced_andServed() throws Exception {
    Certificates certificates = new Certificates(folder);
    Path config = Files.createDirectories(folder.resolve("config"));
    Files.writeString(
        config.resolve("qaqpa.yaml"),
        "tls:\n  certificate: "
            + certificates.certificate()
            + "\n  key: "
            + certificates.key()
            + "\n");
    Process process = start("--port", "0", "--config", config.toString());
    try (BufferedReader out =
            new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        HttpClient client =
            HttpClient.newBuilder().sslContext(certificates.client(false)).build()) {
      String ready = String.valueOf(out.readLine());
      assertThat(ready).as(this::errors).startsWith("ready https://127.0.0.1:");
      URI base = URI.create(ready.substring("ready ".length()));
      HttpResponse<String> page = get(client, base.resolve("/"));
      assertThat(page.version()).isEqualTo(HttpClient.Version.HTTP_2);
      assertThat(page.body()).contains("<html");
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void wrongTlsFiles_areToldBeforeAModelIsLoaded() throws Exception {
    Path config = Files.createDirectories(folder.resolve("config"));
    Files.writeString(config.resolve("qaqpa.yaml"), "tls:\n  certificate: a.pem\n  key: b.pem\n");
    Process process = start("--port", "0", "--config", config.toString());
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(1);
    assertThat(errors())
        .contains("qaqpa: tls.certificate: a.pem: no such file")
        .doesNotContain("\tat ", "loading");
  }

  @Test
  void takenPort_isOneSentence() throws Exception {
    try (ServerSocket taken = new ServerSocket()) {
      taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      Process process = start("--port", Integer.toString(taken.getLocalPort()));
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(1);
      assertThat(errors())
          .contains("qaqpa: cannot listen on 127.0.0.1:" + taken.getLocalPort() + ": the port is")
          .doesNotContain("\tat ", "loading");
    }
  }

  @Test
  void wrongOptionsAndFiles_areNamed_beforeAnythingStarts() {
    assertThat(run("--prot", "1")).startsWith("2 --prot: no such option").contains("usage:");
    assertThat(run("--help")).startsWith("0 usage: ./qaqpa serve");
    assertThat(run("--port", "70000"))
        .isEqualTo("1 qaqpa: server.port: 70000 (expected: 0 to 65535)");
    assertThat(run("--host", "0.0.0.0"))
        .startsWith("1 qaqpa: labels.keys, labels.watermarkKey, labels.saltKey: absent ")
        .contains("keys of your own, as the server is bound to 0.0.0.0");
    assertThat(run("--engine", "abacus"))
        .startsWith("1 qaqpa: server.engine: abacus (expected: auto or ");
    assertThat(run("--engine", "synthetic"))
        .startsWith("1 qaqpa: server.engine: synthetic (expected: an engine with a model;");
    assertThat(run("--engine", "cpu", "--precision", "fp8"))
        .startsWith("1 qaqpa: engine.precision: fp8 (expected: one of [auto, f32, int4, int8, ")
        .doesNotContain("loading");
    assertThat(run("--config", folder.resolve("none").toString()))
        .startsWith("1 qaqpa: --config: ");
    assertThat(run("--model", folder.toString())).startsWith("1 ").doesNotContain("\tat ");
  }

  /** What lets made-up answers out stands where whoever starts it sees it. */
  @Test
  void noFile_allowsTheSyntheticEngine() throws Exception {
    Path config = Files.createDirectories(folder.resolve("config"));
    Path file = config.resolve("qaqpa.yaml");
    Files.writeString(file, "server:\n  engine: synthetic\n");
    assertThat(run("--config", config.toString()))
        .startsWith("1 qaqpa: server.engine: synthetic (expected: ")
        .contains("--allow-synthetic");
    Files.writeString(file, "server:\n  engine: synthetic\n  allowSynthetic: true\n");
    assertThat(run("--config", config.toString()))
        .startsWith("1 qaqpa: ")
        .contains("allowSynthetic");
  }

  /** As on every machine without a driver, the one that builds this among them. */
  @Test
  void anEngineThatThisMachineCannotHave_isOneSentence_beforeAnythingStarts() {
    if (Files.exists(Path.of("/dev/nvidiactl"))) {
      assertThat(EngineChoice.find("trt").reason()).startsWith("engine trt: ");
      return;
    }
    assertThat(run("--engine", "trt"))
        .isEqualTo(
            "1 qaqpa: engine trt: not available: this machine has no NVIDIA driver"
                + " (/dev/nvidiactl is missing)");
    assertThat(folder.resolve("state")).doesNotExist();
    assertThat(EngineChoice.find("auto").reason())
        .startsWith("engine cpu: ONNX Runtime on the CPU, ")
        .endsWith(
            "; trt: not available: this machine has no NVIDIA driver (/dev/nvidiactl is missing)");
  }

  private String run(String... args) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(text, true, StandardCharsets.UTF_8);
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--state", folder.resolve("state").toString(), "--admin-port", "0"));
    int code = ServeCommand.run(all, Map.of(), stream, stream);
    return code + " " + text.toString(StandardCharsets.UTF_8).strip();
  }

  private Process start(String... options) throws IOException {
    List<String> all = new ArrayList<>(List.of(options));
    all.addAll(List.of("--state", folder.resolve("state").toString(), "--admin-port", "0"));
    return ServeJvm.builder(KEY, List.of(), all)
        .redirectError(folder.resolve("err").toFile())
        .start();
  }

  private String errors() {
    try {
      return Files.readString(folder.resolve("err"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static HttpResponse<String> get(HttpClient client, URI uri) throws Exception {
    return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }

  private static CompletableFuture<HttpResponse<String>> chat(
      HttpClient client, URI base, String body) {
    return client.sendAsync(
        HttpRequest.newBuilder(base.resolve("/v1/chat/completions"))
            .header("Authorization", "Bearer " + KEY)
            .POST(BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }
}
