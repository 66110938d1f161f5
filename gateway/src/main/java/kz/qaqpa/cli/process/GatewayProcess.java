package kz.qaqpa.cli.process;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import kz.qaqpa.cli.client.ChatJson;

/** {@code ./qaqpa serve} in a process of its own, on free ports of 127.0.0.1. Any thread. */
public final class GatewayProcess implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Child child;
  private final URI api;
  private final URI admin;
  private final String adminKey;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();

  private GatewayProcess(Child child, URI api, URI admin, String adminKey) {
    this.child = child;
    this.api = api;
    this.admin = admin;
    this.adminKey = adminKey;
  }

  /**
   * How to start it.
   *
   * @param model folder
   * @param config folder, with {@code agencies.yaml}
   * @param folder for its state and log; there
   * @param environment added to this process's own
   * @param jvmFlags beside those of {@code ./qaqpa}
   * @param options of {@code serve} beside those
   */
  public record Setup(
      Path model,
      Path config,
      Path folder,
      Map<String, String> environment,
      List<String> jvmFlags,
      List<String> options) {}

  /**
   * Starts it and waits until it serves.
   *
   * @throws IOException if it does not; the message has the end of its log
   */
  public static GatewayProcess start(Setup setup) throws IOException {
    Path state = setup.folder.resolve("state");
    List<String> args = new ArrayList<>(List.of("serve", "--port", "0", "--admin-port", "0"));
    args.addAll(List.of("--state", state.toString(), "--model", setup.model.toString()));
    args.addAll(List.of("--config", setup.config.toString()));
    args.addAll(setup.options);
    Child child =
        Child.start(
            "gateway", setup.folder, setup.environment, setup.jvmFlags, "kz.qaqpa.Main", args);
    try {
      URI api = URI.create(child.awaitLine("ready ").substring("ready ".length()).strip());
      String admin = child.awaitLine("admin ").substring("admin ".length());
      child.dropOutput();
      return new GatewayProcess(
          child,
          api,
          URI.create(admin.substring(0, admin.indexOf(','))),
          Files.readString(state.resolve("admin.key")).strip());
    } catch (IOException | RuntimeException e) {
      child.close();
      throw e;
    }
  }

  /** Where its clients come. */
  public URI api() {
    return api;
  }

  /** The process, to look at. */
  public Child process() {
    return child;
  }

  /** The model that it serves, asked with a client's key. */
  public String model(String key) throws IOException, InterruptedException {
    return ChatJson.firstModel(send(HttpRequest.newBuilder(api.resolve("/v1/models")), key).body());
  }

  /** What it counts, agencies too. */
  public MetricsPage metrics() throws IOException, InterruptedException {
    return MetricsPage.parse(page());
  }

  /** The same as text, as Prometheus gets it. */
  public String page() throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(admin.resolve("/metrics")), adminKey).body();
  }

  /** Sends an operator's order; the answer, whatever it is. */
  public HttpResponse<String> order(String path, String json)
      throws IOException, InterruptedException {
    return send(
        HttpRequest.newBuilder(admin.resolve(path))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(json)),
        adminKey);
  }

  private HttpResponse<String> send(HttpRequest.Builder request, String key)
      throws IOException, InterruptedException {
    return http.send(
        request.header("Authorization", "Bearer " + key).timeout(PATIENCE).build(),
        BodyHandlers.ofString());
  }

  /**
   * Has it collect its garbage, by the JDK's {@code jcmd}.
   *
   * @throws IOException if there is none, or it fails
   */
  public void collectGarbage() throws IOException, InterruptedException {
    child.jcmd("GC.run");
  }

  /**
   * Asks it to stop, and waits.
   *
   * @return its exit code, or -1 if it had to be killed
   */
  public int stop() throws InterruptedException {
    return child.stop(PATIENCE);
  }

  @Override
  public void close() {
    http.shutdownNow();
    http.close();
    child.close();
  }
}
