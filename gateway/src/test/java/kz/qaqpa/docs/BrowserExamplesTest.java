package kz.qaqpa.docs;

import java.nio.file.Path;
import java.util.List;
import kz.qaqpa.http.Browser;
import kz.qaqpa.live.LiveGateway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The examples of docs/api.md for browsers, in the console of the gateway's own page. */
@Tag("chromium")
@ExtendWith(LiveGateway.Started.class)
class BrowserExamplesTest {
  private static Browser browser;

  private final LiveGateway gateway;
  private final Runner runner;

  BrowserExamplesTest(LiveGateway gateway) {
    this.gateway = gateway;
    this.runner = new Runner(gateway);
  }

  @BeforeAll
  static void start(@TempDir(cleanup = CleanupMode.NEVER) Path profile) throws Exception {
    browser = Browser.start(profile);
  }

  @AfterAll
  static void stop() throws Exception {
    browser.close();
  }

  static List<Example> consoleExamples() {
    return ApiPageTest.examples(Example.Kind.JS_BROWSER);
  }

  static List<Example> pages() {
    return ApiPageTest.examples(Example.Kind.HTML);
  }

  /** A whole page, from another server: it has a field for the key, a button and an answer. */
  @ParameterizedTest
  @MethodSource("pages")
  void page(Example example) throws Exception {
    gateway.pages().serve(runner.code(example));
    browser.open(gateway.pages().origin() + "/");
    browser.type("#key", LiveGateway.KEY);
    browser.evaluate("document.getElementById('send').click()");
    browser.await("document.getElementById('answer').dataset.state === 'done'");
    example.check(browser.evaluate("document.getElementById('answer').textContent").asString());
  }

  @ParameterizedTest
  @MethodSource("consoleExamples")
  void console(Example example) throws Exception {
    browser.open(gateway.url() + "/");
    browser.type("#key", LiveGateway.KEY);
    String printed =
        browser
            .evaluate(
                "(async () => { const said = []; const console = {log: (...values) =>"
                    + " said.push(values.join(' '))};\n"
                    + runner.code(example)
                    + "\nreturn said.join('\\n'); })()")
            .asString();
    example.check(printed);
  }
}
