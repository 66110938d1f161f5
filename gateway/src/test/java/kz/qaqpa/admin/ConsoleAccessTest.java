package kz.qaqpa.admin;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.AxeResults;
import com.deque.html.axecore.results.CheckedNode;
import com.deque.html.axecore.results.Rule;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The console without a mouse, without sight, in the dark, on a small screen. */
@Tag("chromium")
@Tag("node")
class ConsoleAccessTest {
  private static final List<String> SECTIONS =
      List.of("live", "requests", "agencies", "verifier", "playground");

  private static final List<String> TAGS =
      List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice");

  /** Where pictures for the manual go; elsewhere where nobody wants them. */
  private static final Path PICTURES =
      Path.of(System.getProperty("qaqpa.test.pictures", "target/pictures"));

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
  void everything_canBeDoneWithKeysAlone() {
    Page page = stage.open(ColorScheme.LIGHT);
    page.keyboard().type(AdminWorld.OPERATOR); // The field has the focus.
    page.keyboard().press("Enter");
    assertThat(page.locator("#live-title")).isFocused();
    tabTo(page, "nav a[href='#playground']", "Shift+Tab");
    page.keyboard().press("Enter");
    assertThat(page.locator("#playground-title")).isFocused();
    tabTo(page, "#question", "Tab");
    page.keyboard().type("Қай қала?");
    page.keyboard().press("Enter");
    assertThat(page.locator(".told")).hasAttribute("data-state", "completed");
    tabTo(page, ".told summary", "Shift+Tab");
    page.keyboard().press("Enter");
    assertThat(page.locator(".told details dl")).isVisible();
    tabTo(page, ".told .label button", "Tab");
    page.keyboard().press("Enter");
    assertThat(page.locator("#verdict")).hasClass("verdict good");
    tabTo(page, "#logout", "Shift+Tab");
    page.keyboard().press("Enter");
    assertThat(page.locator("#login-key")).isFocused();
  }

  /** Presses a key until something has the focus; whatever has it meanwhile can be seen. */
  private static void tabTo(Page page, String selector, String key) {
    for (int i = 0; i < 60; i++) {
      page.keyboard().press(key);
      Object there =
          page.evaluate(
              "selector => { const now = document.activeElement;"
                  + " const style = getComputedStyle(now);"
                  + " if (now !== document.body && (!now.checkVisibility()"
                  + " || style.outlineStyle === 'none')) return now.outerHTML;"
                  + " return now.matches(selector); }",
              selector);
      assertThat(there).as("what has the focus and does not show it").isInstanceOf(Boolean.class);
      if (there.equals(true)) {
        return;
      }
    }
    throw new AssertionError(selector + " was not reached by " + key);
  }

  /** By axe: roles, names, contrast, order, what WCAG 2.2 asks for at A and AA. */
  @Test
  void axe_findsNothing_lightOrDark() throws Exception {
    List<String> found = new ArrayList<>();
    for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
      Page page = stage.open(scheme);
      audit(page, scheme, "login", found);
      page.locator("#login-key").fill(AdminWorld.OPERATOR);
      page.keyboard().press("Enter");
      page.locator("#console:not([hidden])").waitFor();
      page.locator("nav a[href='#playground']").click();
      page.locator("#question").fill("Қай қала?");
      page.keyboard().press("Enter");
      assertThat(page.locator(".told")).hasAttribute("data-state", "completed");
      page.locator(".told summary").click();
      audit(page, scheme, "answer", found);
      page.locator(".told .label button").click();
      assertThat(page.locator("#verdict")).hasClass("verdict good");
      for (String section : SECTIONS) {
        page.locator("nav a[href='#" + section + "']").click();
        audit(page, scheme, section, found);
      }
    }
    assertThat(found).isEmpty();
  }

  private static void audit(Page page, ColorScheme scheme, String what, List<String> found) {
    AxeBuilder axe = new AxeBuilder(page);
    // In the dark only colours are others.
    AxeResults results =
        (scheme == ColorScheme.DARK ? axe.withRules(List.of("color-contrast")) : axe.withTags(TAGS))
            .analyze();
    for (Rule rule : results.getViolations()) {
      for (CheckedNode node : rule.getNodes()) {
        found.add(
            scheme
                + " "
                + what
                + ": "
                + rule.getId()
                + " "
                + node.getHtml()
                + " "
                + node.getFailureSummary());
      }
    }
    assertThat(results.getPasses()).isNotEmpty();
  }

  @Test
  void colours_followTheSystem_untilSomebodyChooses() {
    Page page = stage.open(ColorScheme.DARK);
    assertThat(background(page)).isEqualTo("rgb(13, 26, 29)");
    page.locator("[data-theme-choice=light]").click();
    assertThat(background(page)).isEqualTo("rgb(248, 246, 239)");
    page.reload();
    assertThat(page.locator("[data-theme-choice=light]")).hasAttribute("aria-pressed", "true");
    assertThat(background(page)).isEqualTo("rgb(248, 246, 239)");
    page.locator("[data-theme-choice=auto]").click();
    assertThat(background(page)).isEqualTo("rgb(13, 26, 29)");
  }

  private static String background(Page page) {
    return (String) page.evaluate("() => getComputedStyle(document.body).backgroundColor");
  }

  @Test
  void threeLanguages_kazakhFirst_andKept() {
    Page page = stage.open(ColorScheme.LIGHT);
    assertThat(page.locator("html")).hasAttribute("lang", "kk");
    assertThat(page.locator("#login h1")).hasText("Басқару тақтасына кіру");
    page.locator("[data-language=ru]").click();
    assertThat(page).hasTitle("Qaqpa: консоль");
    assertThat(page.locator("#login h1")).hasText("Вход в консоль");
    page.reload();
    assertThat(page.locator("html")).hasAttribute("lang", "ru");
    page.locator("[data-language=en]").click();
    assertThat(page.locator("#login h1")).hasText("Log in to the console");
    page.locator("#login-key").fill(AdminWorld.OPERATOR);
    page.keyboard().press("Enter");
    page.locator("#console:not([hidden])").waitFor();
    assertThat(
            page.evaluate(
                "() => [...document.querySelectorAll('[data-t]')].filter(e => !e.textContent"
                    + " || e.textContent === e.dataset.t).map(e => e.dataset.t).join()"))
        .isEqualTo("");
  }

  @Test
  void aSmallScreen_isEnough() {
    Page page = stage.enter(AdminWorld.OPERATOR);
    page.setViewportSize(360, 740);
    for (String section : SECTIONS) {
      page.locator("nav a[href='#" + section + "']").click();
      assertThat(page.evaluate("() => document.documentElement.scrollWidth"))
          .as(section)
          .isEqualTo(360);
    }
  }

  /** The pictures of the manual, as the console is now. */
  @Test
  void pictures() throws Exception {
    Page page = stage.enter(AdminWorld.OPERATOR);
    page.setViewportSize(1200, 800);
    page.locator("[data-language=kk]").click();
    AtomicInteger seconds = new AtomicInteger();
    page.onResponse(response -> {
      if (response.url().contains("/admin/series")) {
        seconds.incrementAndGet();
      }
    });
    stage.underLoad(() -> {
      page.waitForCondition(() -> seconds.get() > 6); // So many points are a line.
      picture(page, "console-live");
      page.locator("[data-theme-choice=dark]").click();
      page.locator("nav a[href='#requests']").click();
      assertThat(page.locator("#requests-rows tr").first()).isVisible();
      picture(page, "console-requests");
    });
    page.locator("[data-theme-choice=light]").click();
    page.locator("nav a[href='#playground']").click();
    page.locator("#question").fill("Қазақстанның астанасы қай қала?");
    page.keyboard().press("Enter");
    assertThat(page.locator(".told")).hasAttribute("data-state", "completed");
    page.locator(".told summary").click();
    picture(page, "console-playground");
    page.locator(".told .label button").click();
    assertThat(page.locator("#verdict")).hasClass("verdict good");
    picture(page, "console-verifier");
  }

  private static void picture(Page page, String name) {
    byte[] png =
        page.screenshot(new Page.ScreenshotOptions().setPath(PICTURES.resolve(name + ".png")));
    assertThat(png.length).isLessThan(200_000);
  }
}
