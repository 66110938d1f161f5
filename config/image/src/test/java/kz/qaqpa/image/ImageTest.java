package kz.qaqpa.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
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
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The image that {@code ./qaqpa image} writes: what is in it, and that it serves as another user on
 * a root that nobody can write to. Needs Debian with mmdebstrap and bubblewrap.
 */
@Tag("image")
class ImageTest {
  private static final Path PROJECT = Path.of(System.getProperty("qaqpa.root"));
  private static final String KEY = "qpk_key_of_the_image_test";

  /** The start of a private key as OpenSSL and ssh write it, without matching this file. */
  private static final Pattern SECRET =
      Pattern.compile("-{5}BEGIN [A-Z ]*PRIVATE KEY-{5}|qpk_[A-Za-z0-9_-]{43}");

  @TempDir private static Path folder;
  private static Path root;
  private static OciArchive image;

  @BeforeAll
  static void writeImage() throws Exception {
    String launcher = Files.readString(PROJECT.resolve("qaqpa"));
    Matcher flags = Pattern.compile("jvm_flags=\"([^\"]+)\"").matcher(launcher);
    assertThat(flags.find()).isTrue();
    System.setProperty("qaqpa.jvm.flags", flags.group(1));
    Path tar = folder.resolve("image.tar");
    long start = System.nanoTime();
    ImageMain.main(new String[] {"--out", tar.toString(), "--name", "qaqpa:test"});
    System.out.printf(
        "image: %,d bytes in %d s%n",
        Files.size(tar), TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start));
    image = OciArchive.unpack(tar, folder.resolve("archive"));
    root = folder.resolve("root");
    image.unpackLayers(root);
  }

  @AfterAll
  static void forget() {
    System.clearProperty("qaqpa.jvm.flags");
  }

  @Test
  void theManifest_namesUserEntrypointAndWhatMayBeWrittenTo() throws IOException {
    JsonNode config = image.config();
    assertThat(config.get("User").asText()).isEqualTo("10001:10001");
    assertThat(OciArchive.texts(config.get("Entrypoint")))
        .containsExactly("/opt/java/bin/java", "@/opt/qaqpa/java.args", "kz.qaqpa.Main");
    assertThat(OciArchive.texts(config.get("Cmd")))
        .containsExactly("serve", "--config", "/etc/qaqpa");
    assertThat(config.get("Volumes").fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("/tmp", "/var/cache/qaqpa", "/var/lib/qaqpa");
    assertThat(config.get("ExposedPorts").fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("8080/tcp", "8081/tcp");
    assertThat(image.manifest().get("layers")).hasSize(4);
  }

  @Test
  void theRoot_hasTheGatewayAndNothingToRunButJava() throws IOException {
    List<String> files = OciArchive.files(root);
    assertThat(files)
        .contains(
            "/opt/java/bin/java",
            "/opt/qaqpa/java.args",
            "/opt/qaqpa/start.aot",
            "/opt/qaqpa/lib/qaqpa-gateway.jar",
            "/opt/qaqpa/config/qaqpa.yaml",
            "/opt/qaqpa/config/labels/kk.yaml",
            "/opt/qaqpa/config/profiles/local.yaml",
            "/opt/qaqpa/config/models/kaz-mini/model.safetensors",
            "/usr/share/doc/libc6/copyright",
            "/var/lib/dpkg/status.d/libc6");
    assertThat(files.stream().filter(file -> file.matches("(/usr)?/s?bin/.*"))).isEmpty();
  }

  @Test
  void noFile_hasASecretOrTheHostOfAPackageRegistry() throws IOException {
    List<String> hosts = registries();
    List<String> found = new ArrayList<>();
    for (String name : OciArchive.files(root)) {
      Path file = root.resolve(name.substring(1));
      if (Files.size(file) > 1 << 20 || name.endsWith(".jar")) {
        continue; // Libraries, weights, the recorded start.
      }
      String text = Files.readString(file, StandardCharsets.ISO_8859_1);
      if (SECRET.matcher(text).find() || hosts.stream().anyMatch(text::contains)) {
        found.add(name);
      }
    }
    assertThat(hosts).isNotEmpty();
    assertThat(found).isEmpty();
  }

  /** The hosts that this machine's packages come from. */
  private static List<String> registries() throws IOException {
    Pattern host = Pattern.compile("https?://([^/\\s]+)");
    List<String> hosts = new ArrayList<>();
    try (Stream<Path> files = Files.walk(Path.of("/etc/apt"))) {
      for (Path file :
          files.filter(file -> file.toString().matches(".*sources(\\.list)?")).toList()) {
        if (Files.isRegularFile(file)) {
          host.matcher(Files.readString(file))
              .results()
              .forEach(found -> hosts.add(found.group(1)));
        }
      }
    }
    return hosts;
  }

  @Test
  void withoutKeys_itServesNobodyElse() throws Exception {
    Process process = container(List.of("serve", "--config", "/etc/qaqpa", "--port", "0"));
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(1);
    assertThat(errors()).contains("labels.keys");
  }

  @Test
  void asAnotherUserOnAReadOnlyRoot_itAnswersByTheRecordedStart() throws Exception {
    Process process =
        container(
            List.of(
                "serve",
                "--config",
                "/etc/qaqpa",
                "--host",
                "127.0.0.1",
                "--port",
                "0",
                "--admin-port",
                "0"));
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        HttpClient client = HttpClient.newHttpClient()) {
      String ready = out.readLine();
      assertThat(ready).as(errors()).startsWith("ready http://127.0.0.1:");
      URI uri = URI.create(ready.substring("ready ".length()));
      assertThat(get(client, uri.resolve("/livez")).statusCode()).isEqualTo(200);
      HttpResponse<String> answer = chat(client, uri);
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).contains("Астана", "content_label");
      process.destroy();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
  }

  private static HttpResponse<String> get(HttpClient client, URI uri) throws Exception {
    return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }

  private static HttpResponse<String> chat(HttpClient client, URI uri) throws Exception {
    return client.send(
        HttpRequest.newBuilder(uri.resolve("/v1/chat/completions"))
            .header("Authorization", "Bearer " + KEY)
            .header("Content-Type", "application/json")
            .POST(
                BodyPublishers.ofString(
                    """
                    {"model":"kaz-mini","temperature":0,
                     "messages":[{"role":"user","content":"Қазақстанның астанасы қай қала?"}]}\
                    """))
            .build(),
        BodyHandlers.ofString());
  }

  /** What the image says to run, as its user, on its root, read-only but for its volumes. */
  private static Process container(List<String> arguments) throws IOException {
    JsonNode config = image.config();
    String[] user = config.get("User").asText().split(":", -1);
    List<String> command = new ArrayList<>(List.of("bwrap", "--ro-bind", root.toString(), "/"));
    command.addAll(List.of("--dev", "/dev", "--proc", "/proc"));
    for (String volume : (Iterable<String>) config.get("Volumes")::fieldNames) {
      Path outside = Files.createTempDirectory(folder, "volume");
      command.addAll(List.of("--bind", outside.toString(), volume));
    }
    command.addAll(List.of("--unshare-user", "--uid", user[0], "--gid", user[1]));
    command.addAll(List.of("--unshare-pid", "--unshare-ipc", "--die-with-parent", "--clearenv"));
    for (JsonNode variable : config.get("Env")) {
      String[] parts = variable.asText().split("=", 2);
      command.addAll(List.of("--setenv", parts[0], parts[1]));
    }
    command.addAll(List.of("--setenv", "QAQPA_DEV_KEY", KEY));
    // A JVM that cannot use the recorded start ends.
    command.addAll(List.of("--setenv", "JDK_JAVA_OPTIONS", "-XX:AOTMode=on"));
    command.addAll(List.of("--chdir", config.get("WorkingDir").asText(), "--"));
    command.addAll(OciArchive.texts(config.get("Entrypoint")));
    command.addAll(arguments);
    return new ProcessBuilder(command).redirectError(folder.resolve("errors").toFile()).start();
  }

  private static String errors() throws IOException {
    return Files.readString(folder.resolve("errors"));
  }
}
