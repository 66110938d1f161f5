package kz.qaqpa.deploy;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import kz.qaqpa.fixture.PostgresServer;
import kz.qaqpa.fixture.ServeJvm;

/** A gateway in a process of its own with one slot, and both of its ports. */
final class ServedProcess implements AutoCloseable {
  private static final String KEY = "qpk_key_of_the_served_process";

  private final Process process;
  private final URI api;
  private final URI admin;
  private final String adminKey;
  private final HttpClient client = HttpClient.newHttpClient();

  private ServedProcess(Process process, URI api, URI admin, String adminKey) {
    this.process = process;
    this.api = api;
    this.admin = admin;
    this.adminKey = adminKey;
  }

  /** Starts it; the configuration is in {@code folder}. */
  static ServedProcess start(Path folder, Map<String, String> environment) throws IOException {
    Path state = folder.resolve("state");
    Path password = Files.writeString(folder.resolve("password"), PostgresServer.PASSWORD);
    ProcessBuilder builder =
        ServeJvm.builder(
            KEY,
            List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
            List.of(
                "--port",
                "0",
                "--admin-port",
                "0",
                "--slots",
                "1",
                "--state",
                state.toString(),
                "--config",
                folder.toString()));
    builder.environment().put("QAQPA_LEDGER_PASSWORD_FILE", password.toString());
    builder.environment().putAll(environment);
    Path errors = folder.resolve("serve.err");
    Process process = builder.redirectError(errors.toFile()).start();
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    URI api = null;
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.startsWith("ready ")) {
        api = URI.create(line.substring("ready ".length()));
      } else if (line.startsWith("admin ") && api != null) {
        URI admin = URI.create(line.substring("admin ".length(), line.indexOf(',')));
        return new ServedProcess(
            process, api, admin, Files.readString(state.resolve("admin.key")).strip());
      }
    }
    process.destroyForcibly();
    throw new AssertionError("not ready:\n" + Files.readString(errors));
  }

  /** Asks for an answer of so many tokens. */
  int chat(int tokens) throws Exception {
    return chatLater(tokens).get(60, TimeUnit.SECONDS);
  }

  CompletableFuture<Integer> chatLater(int tokens) {
    HttpRequest request =
        HttpRequest.newBuilder(api.resolve("/v1/chat/completions"))
            .header("Authorization", "Bearer " + KEY)
            .header("Content-Type", "application/json")
            .POST(
                BodyPublishers.ofString(
                    "{\"model\":\"kaz-mini\",\"max_tokens\":"
                        + tokens
                        + ",\"messages\":[{\"role\":\"user\",\"content\":\"Сәлем!\"}]}"))
            .build();
    return client
        .sendAsync(request, BodyHandlers.ofString())
        .thenApply(answer -> answer.statusCode());
  }

  /** What Prometheus scrapes at the admin port. */
  String metrics() throws Exception {
    return client
        .send(
            HttpRequest.newBuilder(admin.resolve("/metrics"))
                .header("Authorization", "Bearer " + adminKey)
                .build(),
            BodyHandlers.ofString())
        .body();
  }

  @Override
  public void close() {
    client.shutdownNow();
    process.destroyForcibly();
  }
}
