package kz.qaqpa.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import kz.qaqpa.admission.Agency;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.quota.Limits;
import kz.qaqpa.admission.quota.QuotaBook;
import kz.qaqpa.fixture.Script;
import kz.qaqpa.fixture.TestGateway;
import kz.qaqpa.label.LocalText;
import kz.qaqpa.sdk.NodeClients;

/**
 * A gateway whose model is scripted, its admin port, and a Chromium of this machine that looks at
 * its console. Playwright's driver is the one that npm has. Used by one thread.
 */
final class ConsoleStage implements AutoCloseable {
  /** What the model says, whatever it is asked. */
  static final String ANSWER =
      "Қазақстанның астанасы – Астана қаласы. Ол Есіл өзенінің жағасында орналасқан.";

  /** A key that the console's playground may ask with, and that no page may see. */
  static final String DEVELOPMENT_KEY = TestGateway.KEY;

  private static final Limits LIMITS = limits();
  private static final double PATIENCE = 60_000; // Milliseconds.
  private static final Duration STEP = Duration.ofMillis(4);

  final TestGateway gateway;
  final AdminWorld world;
  private final Playwright playwright;
  private final Browser browser;
  private final List<BrowserContext> contexts = new ArrayList<>();
  private final List<String> addresses = new CopyOnWriteArrayList<>();
  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private final HttpClient client = HttpClient.newHttpClient();

  ConsoleStage(Path folder) throws IOException {
    gateway = TestGateway.limited(Script.saying(ANSWER), LIMITS, LIMITS, QuotaBook.system());
    pace();
    world = AdminWorld.beside(gateway, folder, DEVELOPMENT_KEY);
    Agency sandbox =
        new Agency("sandbox", new LocalText("Сынақ алаңы", "Песочница", "Sandbox"), LIMITS);
    world.agencies.listed =
        List.of(
            new Application(sandbox, "development", LIMITS),
            new Application(sandbox, "other", LIMITS));
    world.series.start();
    Path node = NodeClients.folder();
    Path driver = Files.createDirectories(node.resolve("driver"));
    if (!Files.exists(driver.resolve("package"))) {
      Files.createSymbolicLink(
          driver.resolve("package"), node.resolve("node_modules").resolve("playwright-core"));
    }
    PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE);
    System.setProperty("playwright.cli.dir", driver.toString());
    playwright =
        Playwright.create(
            new Playwright.CreateOptions()
                .setEnv(
                    Map.of(
                        "PLAYWRIGHT_NODEJS_PATH", "node",
                        "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    browser =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(
                        Path.of(
                            Optional.ofNullable(System.getenv("CHROMIUM"))
                                .orElse("/usr/bin/chromium")))
                    .setArgs(List.of("--no-sandbox", "--disable-gpu")));
  }

  private static Limits limits() {
    return new Limits(
        null, null, 64, null, 200_000L, 5_000_000L, null, null, null, null, null, null);
  }

  /** Lets the model say as much in a second as people read, in place of what a test made it do. */
  void pace() {
    gateway.engine().eachStepTakes(STEP);
  }

  /** The console's address. */
  String url() {
    return "http://127.0.0.1:" + world.address().getPort() + "/console";
  }

  /** A page with a profile of its own, at the console. */
  Page open(ColorScheme scheme) {
    BrowserContext context =
        browser.newContext(
            new Browser.NewContextOptions().setViewportSize(1280, 860).setColorScheme(scheme));
    contexts.add(context);
    context.setDefaultTimeout(PATIENCE);
    context.onRequest(request -> addresses.add(request.url()));
    context.onWebError(error -> complaints.add(error.error()));
    context.onConsoleMessage(message -> {
      if (message.type().equals("error")) {
        complaints.add(message.text());
      }
    });
    Page page = context.newPage();
    page.onWebSocket(socket -> addresses.add(socket.url()));
    page.navigate(url());
    page.locator("#login:not([hidden]), #console:not([hidden])").waitFor();
    return page;
  }

  /** The same, logged in, in English. */
  Page enter(String key) {
    Page page = open(ColorScheme.LIGHT);
    page.locator("[data-language=en]").click();
    page.locator("#login-key").fill(key);
    page.keyboard().press("Enter");
    page.locator("#console:not([hidden])").waitFor();
    return page;
  }

  /** More ask the gateway at once than it has slots, while something is done. */
  void underLoad(Runnable work) throws InterruptedException {
    List<Thread> askers = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      askers.add(Thread.ofVirtual().start(this::askUntilInterrupted));
    }
    try {
      work.run();
    } finally {
      for (Thread asker : askers) {
        asker.interrupt();
        asker.join();
      }
    }
  }

  private void askUntilInterrupted() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        ask("");
      }
    } catch (InterruptedException e) {
      // Enough.
    } catch (IOException e) {
      complaints.add(e.toString());
    }
  }

  /** A whole answer, as a program gets it. */
  String ask(String more) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://127.0.0.1:" + gateway.address().getPort() + "/v1/chat/completions"))
            .header("Authorization", "Bearer " + TestGateway.KEY)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(TestGateway.chat("құпия сұрақ", more)))
            .build();
    return client.send(request, BodyHandlers.ofString()).body();
  }

  /** Closes what pages there are, once they have been looked at. */
  void check() {
    contexts.forEach(BrowserContext::close);
    contexts.clear();
    String own = "127.0.0.1:" + world.address().getPort() + "/";
    assertThat(addresses).allMatch(it -> it.matches("(http|ws)://" + own + ".*"));
    // Without a session the first question is answered so, and wrong keys are.
    assertThat(complaints).allMatch(it -> it.contains("status of 401"));
    complaints.clear();
  }

  @Override
  public void close() {
    playwright.close();
    client.close();
    world.close();
    gateway.close();
  }
}
