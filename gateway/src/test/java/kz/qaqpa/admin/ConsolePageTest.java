package kz.qaqpa.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import kz.qaqpa.admin.operator.Role;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** The files of the console: how they are served, and what stands in them. */
class ConsolePageTest {
  private static final Path FILES = Path.of("src", "main", "resources", "console");
  private static final Pattern TEXT = Pattern.compile("(?m)^  (\"?[\\w-]+\"?):\\s+(\".*\"),$");
  private static final Pattern ADDRESS = Pattern.compile("(?:https?|wss?|ftp)://|[\"'(]//\\w");
  private static final Pattern SPOKEN = Pattern.compile("\\bt\\(\\s*\"([\\w-]+)\"");
  private static final Pattern MARKED = Pattern.compile("data-ta?=\"([\\w-]+)\"");
  private static final Pattern BRACES = Pattern.compile("\\{\\w+}");

  @TempDir private Path folder;
  private AdminWorld world;

  @BeforeEach
  void open() throws IOException {
    world = new AdminWorld(folder);
  }

  @AfterEach
  void close() {
    world.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/console",
        "/console/main.js",
        "/console/console.css",
        "/console/uplot.js",
        "/console/uplot.css",
        "/console/gate.svg"
      })
  void everyFile_isProtected(String path) throws Exception {
    HttpResponse<String> response = world.get(path, null);
    assertThat(response.statusCode()).isEqualTo(200);
    Map<String, List<String>> headers = response.headers().map();
    assertThat(headers.get("content-security-policy"))
        .singleElement()
        .asString()
        .contains("default-src 'none'", "script-src 'self'", "style-src 'self'")
        .contains("connect-src 'self'", "frame-ancestors 'none'", "base-uri 'none'")
        .contains("form-action 'none'", "require-trusted-types-for 'script'")
        .doesNotContain("unsafe", "http", "*", "data:");
    assertThat(headers.get("x-content-type-options")).containsExactly("nosniff");
    assertThat(headers.get("referrer-policy")).containsExactly("no-referrer");
    assertThat(headers.get("cross-origin-opener-policy")).containsExactly("same-origin");
    assertThat(headers.get("cross-origin-resource-policy")).containsExactly("same-origin");
    assertThat(headers).doesNotContainKeys("set-cookie", "access-control-allow-origin");
    HttpResponse<String> again =
        world.send(
            world
                .request(path)
                .header("If-None-Match", response.headers().firstValue("etag").orElseThrow()));
    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
    HttpResponse<String> head =
        world.send(world.request(path).method("HEAD", BodyPublishers.noBody()));
    assertThat(head.headers().firstValueAsLong("content-length").orElseThrow()).isPositive();
  }

  @Test
  void theRoot_leadsThere() throws Exception {
    HttpResponse<String> response = world.get("/", null);
    assertThat(response.statusCode()).isEqualTo(302);
    assertThat(response.headers().firstValue("location")).contains("/console");
  }

  /** A page of another server may neither frame it nor load its files. */
  @Test
  void otherPages_getNothing() throws Exception {
    HttpResponse<String> response =
        world.send(world.request("/console").header("Sec-Fetch-Site", "cross-site"));
    assertThat(AdminWorld.refusal(response)).isEqualTo("403 cross_site_request");
  }

  @Test
  void everyModule_isServed() throws Exception {
    for (Path file : files().toList()) {
      String name = file.getFileName().toString();
      HttpResponse<String> served =
          world.get(name.equals("index.html") ? "/console" : "/console/" + name, null);
      assertThat(served.body()).as(name).isEqualTo(Files.readString(file));
    }
  }

  /** Air-gapped: everything comes from the gateway itself. */
  @Test
  void nothing_namesAnotherHost() throws Exception {
    for (Path file : files().toList()) {
      String found =
          ADDRESS
              .matcher(Files.readString(file).replace("/^https?:\\/\\//", ""))
              .results()
              .map(MatchResult::group)
              .collect(Collectors.joining());
      assertThat(found).as(file.toString()).isEmpty();
    }
    for (String uplot : List.of("/console/uplot.js", "/console/uplot.css")) {
      assertThat(world.get(uplot, null).body())
          .doesNotContain("import ", "@import", "url(", "fetch(", "XMLHttpRequest", "innerHTML")
          .doesNotContain("eval(", "new Function");
    }
  }

  /** What the policy forbids is not there to begin with. */
  @Test
  void nothing_isInline() throws Exception {
    String page = Files.readString(FILES.resolve("index.html"));
    assertThat(page).doesNotContain("<style", " style=", "javascript:");
    assertThat(page).doesNotContainPattern("\\son[a-z]+=").doesNotContainPattern("<script>[^<]");
    for (Path file : files().toList()) {
      assertThat(Files.readString(file))
          .as(file.toString())
          .doesNotContain("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write")
          .doesNotContain("eval(", "new Function", "sessionStorage", "document.cookie");
    }
  }

  @Test
  void texts_areCompleteInThreeLanguages() throws Exception {
    Map<String, String> kazakh = texts("kk");
    assertThat(kazakh).hasSizeGreaterThan(100);
    for (String language : List.of("ru", "en")) {
      Map<String, String> other = texts(language);
      assertThat(other.keySet()).as(language).isEqualTo(kazakh.keySet());
      other.forEach((key, text) ->
          assertThat(braces(text))
              .as(language + " " + key)
              .isEqualTo(braces(kazakh.getOrDefault(key, ""))));
    }
    assertThat(kazakh.values()).noneMatch(String::isBlank);
    assertThat(kazakh.keySet()).containsAll(used());
    // Letters that Russian does not have: it is Kazakh that stands there.
    assertThat(String.join("", kazakh.values())).contains("ә", "ғ", "қ", "ң", "ө", "ұ", "ү", "і");
    assertThat(String.join("", texts("en").values())).doesNotContainPattern("[А-я]");
  }

  /** Keys of texts that the files name, and those that are made of what the gateway says. */
  private static Set<String> used() {
    Set<String> used = new TreeSet<>();
    files()
        .forEach(file -> {
          for (Pattern pattern : List.of(SPOKEN, MARKED)) {
            pattern.matcher(read(file)).results().forEach(match -> used.add(match.group(1)));
          }
        });
    used.removeIf(key -> key.endsWith("_"));
    for (Role role : Role.values()) {
      used.add("role_" + role);
    }
    for (String phase : List.of("body", "tokenize", "queue", "prefill", "stream", "done")) {
      used.add("phase_" + phase);
    }
    return used;
  }

  private static Map<String, String> texts(String language) throws IOException {
    Map<String, String> texts = new TreeMap<>();
    String module = Files.readString(FILES.resolve(language + ".js"));
    TEXT.matcher(module)
        .results()
        .forEach(match ->
            texts.put(
                match.group(1).replace("\"", ""),
                JsonMapper.shared().readTree(match.group(2)).asString()));
    return texts;
  }

  private static List<String> braces(String text) {
    List<String> found = new ArrayList<>();
    BRACES.matcher(text).results().forEach(match -> found.add(match.group()));
    return found;
  }

  private static Stream<Path> files() {
    try (Stream<Path> files = Files.list(FILES)) {
      return files.sorted().toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
