package kz.qaqpa.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import kz.qaqpa.http.net.HostNames;
import kz.qaqpa.http.route.PageRoute;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.HttpServerRoutes;

/** The page in a real browser, against a server whose answers the test sends piece by piece. */
@Tag("chromium")
class PageInChromiumTest {
  private static final String KEY = "qpk_test";

  private final BlockingQueue<String> requests = new LinkedBlockingQueue<>();
  private final BlockingQueue<Sinks.Many<String>> answers = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> cancelled = new LinkedBlockingQueue<>();
  private final DisposableServer server;
  private final Browser browser;

  PageInChromiumTest(@TempDir(cleanup = CleanupMode.NEVER) Path profile) throws Exception {
    server = HttpServer.create().host("127.0.0.1").port(0).route(this::routes).bindNow();
    browser = Browser.start(profile);
  }

  @BeforeEach
  void open() throws Exception {
    browser.open("http://127.0.0.1:" + server.port() + "/");
  }

  @AfterEach
  void stop() throws Exception {
    browser.close();
    server.disposeNow();
  }

  @Test
  void streamsAnAnswerToATypedQuestion() throws Exception {
    browser.type("#key", KEY);
    browser.type("#question", "Киіз үй неден тұрады?");
    browser.pressEnter();
    Sinks.Many<String> answer = take(answers);

    answer.tryEmitNext(content("Киіз үйдің ")).orThrow();
    browser.await("document.getElementById('answer').textContent === 'Киіз үйдің '");
    assertThat(value("document.getElementById('answer').getAttribute('aria-busy')"))
        .isEqualTo("true");

    answer.tryEmitNext(content("негізі – шаңырақ.")).orThrow();
    answer.tryEmitNext("{\"choices\":[],\"usage\":{\"completion_tokens\":9}}").orThrow();
    answer.tryEmitNext("[DONE]").orThrow();
    browser.await("document.getElementById('answer').dataset.state === 'done'");

    assertThat(value("document.getElementById('answer').textContent"))
        .isEqualTo("Киіз үйдің негізі – шаңырақ.");
    assertThat(value("document.getElementById('tokens').textContent")).isEqualTo("9");
    assertThat(value("document.getElementById('disclosure').textContent"))
        .isEqualTo("mode=machine-generated");
    assertThat(value("document.querySelector('.label').innerText"))
        .isEqualTo("Бұл жауап жасанды интеллект жүйесін пайдалана отырып дайындалды.");
    assertThat(take(requests)).contains("\"model\":\"kaz\"", "Киіз үй неден тұрады?");
    assertThat(
            value(
                "JSON.stringify([localStorage.length, sessionStorage.length,"
                    + " document.cookie, location.href.includes('qpk')])"))
        .isEqualTo("[0,0,\"\",false]");
  }

  @Test
  void itsOwnNoticeGoes_whereTheAnswerHasOne() throws Exception {
    for (String policy : new String[] {"append", "client"}) {
      browser.type("#key", KEY);
      browser.evaluate("document.querySelector('.examples button').click()");
      Sinks.Many<String> answer = take(answers);
      answer
          .tryEmitNext("{\"choices\":[],\"content_label\":{\"notice_policy\":\"append\"}}")
          .orThrow();
      answer.tryEmitNext(content(policy)).orThrow();
      browser.await("document.getElementById('answer').textContent === '" + policy + "'");
      assertThat(value("document.getElementById('notice').checkVisibility()")).isEqualTo("true");

      answer
          .tryEmitNext(
              "{\"choices\":[],\"content_label\":{\"content\":[],\"notice_policy\":\""
                  + policy
                  + "\"}}")
          .orThrow();
      answer.tryEmitNext("[DONE]").orThrow();
      browser.await("document.getElementById('answer').dataset.state === 'done'");
      assertThat(value("document.getElementById('notice').checkVisibility()"))
          .isEqualTo(Boolean.toString(policy.equals("client")));
      take(requests);
    }
  }

  @Test
  void stopEndsTheAnswerAtTheServer() throws Exception {
    browser.type("#key", KEY);
    browser.evaluate("document.querySelector('.examples button').click()");
    take(answers).tryEmitNext(content("ЭЦҚ")).orThrow();
    browser.await("document.getElementById('answer').textContent === 'ЭЦҚ'");

    browser.evaluate("document.getElementById('stop').click()");

    browser.await("!document.getElementById('problem').hidden");
    assertThat(value("document.getElementById('problem').textContent"))
        .isEqualTo("Жауап тоқтатылды.");
    assertThat(take(cancelled)).isEqualTo("cancelled");
  }

  @Test
  void speaksThreeLanguagesAndTellsErrorsInThem() throws Exception {
    browser.evaluate("document.querySelector('[data-lang=ru]').click()");
    assertThat(value("document.documentElement.lang + document.querySelector('h1').innerText"))
        .isEqualTo("ruВорота, открытые вопросам на казахском");
    browser.type("#key", "qpk_wrong");
    browser.type("#question", "?");
    browser.pressEnter();
    browser.await("!document.getElementById('problem').hidden");
    assertThat(value("document.getElementById('problem').textContent"))
        .isEqualTo("Ключ не распознан.");

    browser.evaluate("document.querySelector('[data-lang=en]').click()");
    assertThat(value("document.documentElement.lang + document.querySelector('h1').innerText"))
        .isEqualTo("enA gate that opens to questions in Kazakh");
    assertThat(
            value(
                "[...document.querySelectorAll('[data-t]')]"
                    + ".filter(e => !e.textContent || e.textContent === 'undefined').length + ''"))
        .isEqualTo("0");
  }

  @Test
  void everythingOnThePageHasANameAndFitsASmallScreen() throws Exception {
    browser.call(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", 360, "height", 740, "deviceScaleFactor", 1, "mobile", true));
    assertThat(value("document.documentElement.scrollWidth + ''")).isEqualTo("360");
    assertThat(
            value(
                "[...document.querySelectorAll('button, input, textarea, a')].filter(e =>"
                    + " !(e.innerText || e.ariaLabel || e.labels?.length || e.hidden)).length + ''"))
        .isEqualTo("0");
  }

  private String value(String script) throws Exception {
    return browser.evaluate(script).asString();
  }

  private static <T> T take(BlockingQueue<T> queue) throws InterruptedException {
    T taken = queue.poll(20, TimeUnit.SECONDS);
    assertThat(taken).as("nothing came within 20 s").isNotNull();
    return java.util.Objects.requireNonNull(taken);
  }

  private static String content(String text) {
    return "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + text + "\"}}]}";
  }

  private void routes(HttpServerRoutes routes) {
    new PageRoute(new HostNames(List.of())).register(routes);
    routes.get("/v1/models", this::models);
    routes.post("/v1/chat/completions", this::chat);
  }

  private Publisher<Void> models(HttpServerRequest request, HttpServerResponse response) {
    if (!("Bearer " + KEY).equals(request.requestHeaders().get("Authorization"))) {
      return response
          .status(401)
          .sendString(Mono.just("{\"error\":{\"message\":\"no such key\"}}"));
    }
    return response.sendString(Mono.just("{\"data\":[{\"id\":\"kaz\"}]}"));
  }

  private Publisher<Void> chat(HttpServerRequest request, HttpServerResponse response) {
    Sinks.Many<String> answer = Sinks.many().unicast().onBackpressureBuffer();
    Flux<byte[]> events =
        answer
            .asFlux()
            .map(data -> ("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8))
            .doOnCancel(() -> cancelled.add("cancelled"));
    return request
        .receive()
        .aggregate()
        .asString()
        .flatMap(body -> {
          requests.add(body);
          answers.add(answer);
          return response
              .sse()
              .header("AI-Disclosure", "mode=machine-generated")
              .send(events.map(Unpooled::wrappedBuffer), piece -> true)
              .then();
        });
  }
}
