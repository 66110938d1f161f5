package kz.qaqpa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
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
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import kz.qaqpa.admin.operator.OperatorKey;
import kz.qaqpa.fixture.ServeJvm;
import kz.qaqpa.fixture.TestGateway;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The admin port of {@code ./qaqpa serve}, in a process of its own. */
class ServeAdminTest {
  private static final String KEY = "qpk_key_of_the_serve_admin_test";
  private static final String APPLICATION = "/admin/agencies/sandbox/applications/development/";
  private static final String REASON = "{\"reason\":\"drill\"}";

  @TempDir private Path folder;
  private Path config;
  private Path state;

  @BeforeEach
  void folders() throws IOException {
    config = Files.createDirectories(folder.resolve("config"));
    state = folder.resolve("state");
  }

  /** A gateway that runs, as its first lines tell of it. */
  private record Running(Process process, BufferedReader out, URI api, URI admin)
      implements AutoCloseable {

    void stop() throws InterruptedException {
      process.destroy();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
    }

    @Override
    public void close() throws IOException {
      process.destroyForcibly();
      out.close();
    }
  }

  @Test
  void aSuspension_isMadeWithTheKeyOfTheFile_andOutlivesTheProcess() throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      Path keyFile = state.resolve("admin.key");
      try (Running running = start()) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(keyFile)))
            .isEqualTo("rw-------");
        String key = Files.readString(keyFile).strip();
        assertThat(get(client, running.admin.resolve("/healthz"), null).body())
            .isEqualTo("{\"status\":\"ok\"}");
        assertThat(get(client, running.admin.resolve("/admin/agencies"), key).body())
            .contains("\"id\":\"minfin\"", "Қаржы министрлігі", "\"state\":\"active\"");
        assertThat(get(client, running.admin.resolve("/metrics"), key).body())
            .contains("vllm:num_requests_running", "agency=\"sandbox\"");
        assertThat(get(client, running.api.resolve("/metrics"), null).body())
            .doesNotContain("agency=");
        assertThat(post(client, running.admin.resolve("/admin/reload"), key, "").statusCode())
            .isEqualTo(200);
        assertThat(get(client, running.admin.resolve("/v1/usage?format=csv"), key).body())
            .startsWith("period,start,agency");
        assertThat(chat(client, running)).isEqualTo(200);
        assertThat(
                post(client, running.admin.resolve(APPLICATION + "suspend"), key, REASON)
                    .statusCode())
            .isEqualTo(200);
        assertThat(chat(client, running)).isEqualTo(403);
        running.stop();
      }
      assertThat(keyFile).doesNotExist();
      try (Running running = start()) {
        assertThat(chat(client, running)).isEqualTo(403);
        String key = Files.readString(keyFile).strip();
        post(client, running.admin.resolve(APPLICATION + "resume"), key, REASON);
        assertThat(chat(client, running)).isEqualTo(200);
        assertThat(get(client, running.admin.resolve("/admin/audit/check"), key).body())
            .startsWith("{\"intact\":true,\"records\":4,");
        assertThat(get(client, running.admin.resolve("/admin/audit"), key).body())
            .contains("operator:development", "application.suspend", "application.resume");
        running.stop();
      }
    }
  }

  @Test
  void operators_areReadAgainWhenTheirFileChanges() throws Exception {
    String one = OperatorKey.random();
    String other = OperatorKey.random();
    Files.writeString(config.resolve("operators.yaml"), operators("one", one));
    try (HttpClient client = HttpClient.newHttpClient();
        Running running = start()) {
      assertThat(state.resolve("admin.key")).doesNotExist();
      URI agencies = running.admin.resolve("/admin/agencies");
      assertThat(get(client, agencies, one).statusCode()).isEqualTo(200);
      Files.writeString(config.resolve("operators.yaml"), operators("other", other));
      TestGateway.await(() -> status(client, agencies, other) == 200);
      assertThat(status(client, agencies, one)).isEqualTo(401);
      // Wrong, and gone: what held before holds on, and the port says so.
      for (String wrong : new String[] {"operators: x\n", null}) {
        if (wrong == null) {
          Files.delete(config.resolve("operators.yaml"));
        } else {
          Files.writeString(config.resolve("operators.yaml"), wrong);
        }
        TestGateway.await(() -> body(client, running).contains("operators.yaml: wrong"));
        assertThat(status(client, agencies, other)).isEqualTo(200);
        Files.writeString(config.resolve("operators.yaml"), operators("other", other));
        TestGateway.await(() -> !body(client, running).contains("operators.yaml: wrong"));
      }
    }
  }

  /** A socket at a port whose predecessor is free, both below those that clients are given. */
  private static ServerSocket secondOfTwo() throws IOException {
    InetAddress here = InetAddress.getLoopbackAddress();
    for (int port = 20_001 + (int) (System.nanoTime() & 0xfff); port < 32_000; port++) {
      try (ServerSocket _ = new ServerSocket(port - 1, 1, here)) {
        return new ServerSocket(port, 1, here);
      } catch (IOException e) {
        // One of the two is taken.
      }
    }
    throw new IOException("no two free ports");
  }

  @Test
  void whatIsWrong_isToldBeforeAModelIsLoaded() throws Exception {
    try (ServerSocket taken = secondOfTwo()) {
      int port = taken.getLocalPort();
      assertThat(run("--port", "0", "--admin-port", Integer.toString(port)))
          .isEqualTo(
              "1 qaqpa: cannot listen on 127.0.0.1:"
                  + port
                  + ": the port is taken or the address is not this machine's; choose another with"
                  + " --admin-port");
      // Whoever moves one port moves both.
      assertThat(run("--port", Integer.toString(port - 1)))
          .contains("127.0.0.1:" + port + ": the port is taken");
    }
    assertThat(run("--port", "18080", "--admin-port", "18080"))
        .isEqualTo("1 qaqpa: admin.port: 18080 (expected: another than server.port)");
    Files.writeString(config.resolve("operators.yaml"), "operators:\n  - id: a\n");
    assertThat(run("--port", "0")).contains("operators.yaml:2: operators[0].name: missing");
    Files.delete(config.resolve("operators.yaml"));
    Files.writeString(config.resolve("qaqpa.yaml"), "admin:\n  host: 0.0.0.0\n");
    assertThat(run("--port", "0"))
        .contains("qaqpa.yaml:2: admin.host: 0.0.0.0 (expected: a loopback address such as")
        .doesNotContain("loading");
    assertThat(state).doesNotExist();
  }

  private static String operators(String id, String key) {
    return "operators:\n  - id: "
        + id
        + "\n    name: On duty\n    role: operator\n    keys:\n      - sha256: "
        + OperatorKey.hash(key)
        + "\n";
  }

  private String run(String... args) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(text, true, StandardCharsets.UTF_8);
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--state", state.toString(), "--config", config.toString()));
    int code = ServeCommand.run(all, Map.of(), stream, stream);
    return code + " " + text.toString(StandardCharsets.UTF_8).strip();
  }

  private Running start() throws IOException {
    Process process =
        ServeJvm.builder(
                KEY,
                List.of(),
                List.of("--port", "0", "--config", config.toString(), "--state", state.toString()))
            .redirectError(folder.resolve("err").toFile())
            .start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    URI api = null;
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.startsWith("ready ")) {
        api = URI.create(line.substring("ready ".length()));
      } else if (api != null && line.startsWith("admin ")) {
        String admin = line.substring("admin ".length()).replaceFirst(",.*", "");
        return new Running(process, out, api, URI.create(admin));
      }
    }
    throw new AssertionError(Files.readString(folder.resolve("err")));
  }

  private static int chat(HttpClient client, Running running) throws Exception {
    return post(
            client,
            running.api.resolve("/v1/chat/completions"),
            KEY,
            TestGateway.chat("Сәлем", "\"max_tokens\":4"))
        .statusCode();
  }

  private static int status(HttpClient client, URI uri, String key) {
    try {
      return get(client, uri, key).statusCode();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static String body(HttpClient client, Running running) {
    try {
      return get(client, running.admin.resolve("/healthz"), null).body();
    } catch (IOException | InterruptedException e) {
      throw new UncheckedIOException(new IOException(e));
    }
  }

  private static HttpResponse<String> get(HttpClient client, URI uri, @Nullable String key)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri);
    if (key != null) {
      request.header("Authorization", "Bearer " + key);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private static HttpResponse<String> post(HttpClient client, URI uri, String key, String body)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(uri)
            .header("Authorization", "Bearer " + key)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build(),
        BodyHandlers.ofString());
  }
}
