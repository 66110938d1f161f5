package kz.qaqpa.admin;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What an operator does at the console, in a real browser. */
@Tag("chromium")
@Tag("node")
class ConsoleInChromiumTest {
  private static ConsoleStage stage;

  @BeforeAll
  static void start(@TempDir Path folder) throws Exception {
    stage = new ConsoleStage(folder);
  }

  @AfterAll
  static void stop() {
    stage.close();
  }

  @AfterEach
  void nothingElseHappened() {
    stage.check();
  }

  @Test
  void login_isRefused_thenLetsIn_andEnds() {
    Page page = stage.open(ColorScheme.LIGHT);
    assertThat(page.locator("#login-key")).isFocused();
    page.keyboard().press("Enter");
    assertThat(page.locator("#login-problem")).hasText("Кілтті енгізіңіз.");
    page.locator("#login-key").fill("qpa_wrong");
    page.keyboard().press("Enter");
    assertThat(page.locator("#login-problem")).hasText("Кілт танылмады.");
    page.locator("#login-key").fill(AdminWorld.OPERATOR);
    page.keyboard().press("Enter");
    assertThat(page.locator("#who")).hasText("duty · оператор");
    page.reload();
    assertThat(page.locator("#who")).hasText("duty · оператор"); // The cookie is enough.
    assertThat(kept(page)).startsWith("{}").doesNotContain(AdminWorld.OPERATOR);
    page.locator("#logout").click();
    assertThat(page.locator("#login-key")).isVisible();
    page.reload();
    assertThat(page.locator("#login-key")).isVisible();
  }

  private static String kept(Page page) {
    return (String)
        page.evaluate(
            "() => JSON.stringify({...localStorage, ...sessionStorage}) + document.cookie"
                + " + document.documentElement.outerHTML");
  }

  @Test
  void charts_move_underLoad() throws Exception {
    for (int i = 0; i < 3; i++) {
      stage.ask(""); // Quotas are looked at every ten seconds, and at once.
    }
    Page page = stage.enter(AdminWorld.OPERATOR);
    assertThat(page.locator("#charts figure canvas")).hasCount(7);
    byte[] before = page.locator("#figure-throughput .plot").screenshot();
    stage.underLoad(() -> {
      for (String chart : List.of("throughput", "ttft", "itl", "batch", "kv", "quota")) {
        assertThat(page.locator("#figure-" + chart + " dd").first())
            .hasText(Pattern.compile(".*[1-9].*"));
      }
      assertThat(page.locator("#figure-waiting dt").first()).hasText("sandbox");
      assertThat(page.locator("#figure-quota dt").first()).hasText("Sandbox");
    });
    assertThat(Arrays.equals(before, page.locator("#figure-throughput .plot").screenshot()))
        .as("the chart is the same picture")
        .isFalse();
  }

  @Test
  void aRunningRequest_appears_withoutItsText_andGoes() throws Exception {
    Page page = stage.enter(AdminWorld.OPERATOR);
    page.locator("nav a[href='#requests']").click();
    assertThat(page.locator("#requests-none")).isVisible();
    Semaphore steps = new Semaphore(8);
    stage.gateway.engine().beforeStep(_ -> steps.acquireUninterruptibly());
    Thread asker = Thread.ofVirtual().start(() -> ask());
    Locator row = page.locator("#requests-rows tr");
    assertThat(row).hasCount(1);
    assertThat(row.locator("td").nth(0)).hasText("sandbox");
    assertThat(row.locator("td").nth(1)).hasText("development");
    assertThat(row.locator("td").nth(2)).hasText("Answering");
    assertThat(row.locator("td").nth(5)).hasText(Pattern.compile("[1-9]\\d*"));
    assertThat(page.locator("#requests")).not().containsText("құпия");
    page.locator("#pause").click();
    steps.release(1_000_000);
    asker.join();
    assertThat(row).hasCount(1); // Nothing moves while somebody reads.
    page.locator("#pause").click();
    assertThat(row).hasCount(0);
    stage.pace();
  }

  private static void ask() {
    try {
      stage.ask("");
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void agencies_showLimits_andWhatWasUsed() throws Exception {
    stage.ask("");
    Page page = stage.enter(AdminWorld.MINFIN);
    assertThat(page.locator("nav a:visible"))
        .hasText(new String[] {"Running requests", "Agencies", "Label verifier", "Playground"});
    assertThat(page.locator("#agencies-rows tr")).hasCount(0); // None of them is its own.
    Page all = stage.enter(AdminWorld.AUDITOR);
    assertThat(all.locator("nav a:visible"))
        .hasText(new String[] {"Live load", "Running requests", "Agencies", "Label verifier"});
    all.locator("nav a[href='#agencies']").click();
    assertThat(all.locator("#agencies-rows tr")).hasCount(3);
    assertThat(all.locator("#agencies-rows tr").first())
        .containsText(Pattern.compile("Sandbox.*Tokens per day: [1-9][\\d,]* / 200,000"));
    assertThat(all.locator("#agencies-rows meter").first()).hasAttribute("max", "200000");
    all.locator("#agencies-filter").fill("nobody");
    assertThat(all.locator("#agencies-rows tr")).hasCount(0);
  }

  @Test
  void theVerifier_tellsGenuineFromAltered_andFromNonsense() throws Exception {
    JsonNode answer = JsonMapper.shared().readTree(stage.ask(""));
    String text = answer.at("/choices/0/message/content").asString();
    String label = answer.path("content_label").toString();
    Page page = stage.enter(AdminWorld.AUDITOR);
    page.locator("nav a[href='#verifier']").click();
    Locator verdict = page.locator("#verdict");
    verify(page, text, label);
    assertThat(verdict).containsText("✓ The label is genuine, the text unchanged");
    verify(page, text.replace("Астана", "Алматы"), label);
    assertThat(verdict).containsText("✗ The text was altered");
    verify(page, text, answer.at("/content_label/jws").asString());
    assertThat(verdict).containsText("✓ The label is genuine");
    verify(page, text, answer.at("/content_label/id").asString());
    assertThat(verdict).hasClass(Pattern.compile("good"));
    verify(page, text, "nonsense");
    assertThat(verdict).containsText("✗ This is no label");
    overtaken(page, text, label, verdict);
    page.locator("[data-language=kk]").click();
    assertThat(verdict).containsText("✗ Бұл таңба емес");
  }

  /** The first of two questions is answered last. */
  private static void overtaken(Page page, String text, String label, Locator verdict) {
    CompletableFuture<Route> held = new CompletableFuture<>();
    page.route(
        "**/admin/labels/verify",
        route -> {
          if (!held.complete(route)) {
            route.resume();
          }
        });
    verify(page, text, label);
    assertThat(verdict).isEmpty();
    verify(page, text, "nonsense");
    assertThat(verdict).containsText("✗ This is no label");
    page.waitForResponse("**/admin/labels/verify", () -> held.join().resume()).finished();
    page.evaluate("new Promise(done => setTimeout(done, 50))"); // It has read it by then.
    assertThat(verdict).containsText("✗ This is no label");
  }

  private static void verify(Page page, String text, String label) {
    page.locator("#verifier-text").fill(text);
    page.locator("#verifier-label").fill(label);
    page.locator("#verifier-form button").click();
  }

  @Test
  void thePlayground_answersWithItsLabel_inThreeLanguages() {
    Page page = stage.enter(AdminWorld.OPERATOR);
    page.locator("nav a[href='#playground']").click();
    int told = 0;
    for (String[] language :
        new String[][] {
          {"kk", "Жасанды интеллект жасаған", "Жауапты иегер: "},
          {"ru", "Создано искусственным интеллектом", "Отвечает владелец: "},
          {"en", "Made by artificial intelligence", "Who answers for it: "}
        }) {
      page.locator("[data-language=" + language[0] + "]").click();
      page.locator(".examples button").first().click();
      page.keyboard().press("Enter");
      Locator answer = page.locator(".told").nth(told++);
      assertThat(answer).hasAttribute("data-state", "completed");
      assertThat(answer.locator(".text")).hasText(ConsoleStage.ANSWER);
      assertThat(answer.locator(".label")).containsText(language[1]);
      assertThat(answer.locator(".label")).containsText(language[2]);
    }
    assertThat(kept(page)).doesNotContain(ConsoleStage.DEVELOPMENT_KEY);
    page.locator(".told .label button").last().click();
    assertThat(page.locator("#verdict")).containsText("✓ The label is genuine");
    page.locator("nav a[href='#playground']").click();
    page.locator("#fresh").click();
    assertThat(page.locator("#conversation > *")).hasCount(0);
    page.locator("#playground-key").fill("qpk_wrong");
    page.locator("#question").fill("?");
    page.keyboard().press("Enter");
    assertThat(page.locator("#playground-problem")).containsText("The server refused");
  }

  @Test
  void stop_endsAnAnswer() {
    Page page = stage.enter(AdminWorld.OPERATOR);
    page.locator("nav a[href='#playground']").click();
    Semaphore steps = new Semaphore(8);
    stage.gateway.engine().beforeStep(_ -> steps.acquireUninterruptibly());
    page.locator("#question").fill("?");
    page.keyboard().press("Enter");
    assertThat(page.locator(".told .text")).not().isEmpty();
    page.locator("#stop").click();
    steps.release(1);
    assertThat(page.locator(".told")).hasAttribute("aria-busy", "false");
    assertThat(page.locator("#send")).isVisible();
    steps.release(1_000_000);
    stage.pace();
  }

  @Test
  void aSessionThatIsOver_isSaid() {
    Page page = stage.enter(AdminWorld.OPERATOR);
    page.context().clearCookies();
    assertThat(page.locator("#login-problem")).hasText("The session is over. Log in again.");
    assertThat(page.locator("#console")).isHidden();
  }
}
