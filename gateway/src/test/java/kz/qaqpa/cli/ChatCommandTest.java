package kz.qaqpa.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import kz.qaqpa.cli.chat.ChatSession;
import kz.qaqpa.cli.chat.ChatText;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ChatCommandTest {
  private static final String ANSWER =
      event("{\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}")
          + event("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Сәлем\\u001b[31m\"}}]}")
          + event("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\", әлем!\"}}]}")
          + event("{\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":7}}")
          + event("[DONE]");

  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private final List<String> keys = Collections.synchronizedList(new ArrayList<>());
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream notes = new ByteArrayOutputStream();
  private int status = 200;
  private String body = ANSWER;
  private HttpServer server;

  ChatCommandTest() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
  }

  @BeforeEach
  void start() {
    server.createContext(
        "/v1/models",
        exchange -> respond(exchange, 200, "application/json", "{\"data\":[{\"id\":\"kaz\"}]}"));
    server.createContext(
        "/v1/chat/completions",
        exchange -> {
          requests.add(
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          keys.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
          exchange.getResponseHeaders().add("AI-Disclosure", "mode=machine-generated");
          respond(exchange, status, "text/event-stream", body);
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void streamsAnswersKeepsTheConversationAndReportsSpeed() throws Exception {
    int exit = chat("Бірінші?\nЕкінші?\n/new\nҮшінші?\n/quit\nнever asked\n", "--key", "qpk_a");

    assertThat(exit).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("Сәлем[31m, әлем!\n".repeat(3));
    assertThat(notes.toString(StandardCharsets.UTF_8))
        .contains("7 токен · ")
        .contains("алғашқы токен")
        .contains("Бұл жауап жасанды интеллект жүйесін пайдалана отырып дайындалды.")
        .contains("Жаңа әңгіме басталды.");
    assertThat(keys).containsOnly("Bearer qpk_a");
    assertThat(requests).hasSize(3);
    assertThat(requests.get(0)).contains("\"model\":\"kaz\"", "\"include_usage\":true");
    assertThat(requests.get(1)).contains("Бірінші?", "assistant", "Екінші?");
    assertThat(requests.get(2)).contains("Үшінші?").doesNotContain("Бірінші?");
  }

  @Test
  void errorsOfTheServerAreOneLineAndLeaveTheConversationAsItWas() throws Exception {
    status = 401;
    body = "{\"error\":{\"message\":\"no such\\nkey \\u001b[2J\",\"type\":\"x\"}}";
    assertThat(chat("Сұрақ\n", "--lang", "en")).isEqualTo(1);
    assertThat(notes.toString(StandardCharsets.UTF_8)).isEqualTo("error: 401 no such key [2J\n");

    notes.reset();
    body = "<html>";
    assertThat(chat("Сұрақ\n", "--lang", "ru")).isEqualTo(1);
    assertThat(notes.toString(StandardCharsets.UTF_8))
        .isEqualTo("ошибка: 401 without an explanation\n");
  }

  @Test
  void errorsInTheMiddleOfAnAnswerAreTold() throws Exception {
    body =
        event("{\"choices\":[{\"delta\":{\"content\":\"Жар\"}}]}")
            + event("{\"error\":{\"message\":\"engine failed\"}}");
    assertThat(chat("a\n", "--lang", "en")).isEqualTo(1);
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("Жар\n");
    assertThat(notes.toString(StandardCharsets.UTF_8)).isEqualTo("error: engine failed\n");

    notes.reset();
    body = event("{\"choices\":[{\"delta\":{\"content\":\"Жар\"}}]}");
    assertThat(chat("a\n", "--lang", "en")).isEqualTo(1);
    assertThat(notes.toString(StandardCharsets.UTF_8))
        .isEqualTo("error: the connection ended before the answer did\n");

    notes.reset();
    body = event("no json");
    assertThat(chat("a\n", "--lang", "en")).isEqualTo(1);
    assertThat(notes.toString(StandardCharsets.UTF_8))
        .isEqualTo("error: the server sent no JSON\n");
  }

  @Test
  void badOptionsNameWhatWasExpected() throws Exception {
    assertThat(chat("", "--lang", "tr")).isEqualTo(2);
    assertThat(chat("", "--url", "http://a")).isEqualTo(2);
    assertThat(chat("", "--colour", "x")).isEqualTo(2);
    assertThat(chat("", "--key", "қ")).isEqualTo(2);
    assertThat(notes.toString(StandardCharsets.UTF_8))
        .contains("--lang: tr (expected: kk, ru or en)")
        .contains("--url: given twice")
        .contains("--colour: unknown (expected: --help, --key VALUE,")
        .contains("--key: not printable ASCII");
  }

  @Test
  void aServerThatIsNotThereIsTold() throws Exception {
    server.stop(0);
    assertThat(chat("a\n")).isEqualTo(1);
    assertThat(notes.toString(StandardCharsets.UTF_8)).startsWith("no server there");
  }

  @Test
  void theKazakhExamplesAreQuestionsTheShippedModelWasTaught() throws IOException {
    String taught =
        Files.readString(
            Path.of(System.getProperty("qaqpa.root"), "config/models/recipe/qa_kk.jsonl"));
    assertThat(ChatText.KK.examples())
        .isNotEmpty()
        .allSatisfy(question -> assertThat(taught).contains("\"q\": \"" + question + "\""));
  }

  @Test
  void theLanguageFollowsOptionThenLocaleThenKazakh() {
    assertThat(ChatText.of("", Map.of())).isEqualTo(ChatText.KK);
    assertThat(ChatText.of("", Map.of("LANG", "C.UTF-8"))).isEqualTo(ChatText.KK);
    assertThat(ChatText.of("", Map.of("LANG", "en_US.UTF-8"))).isEqualTo(ChatText.EN);
    assertThat(ChatText.of("", Map.of("LANG", "en_US", "LC_ALL", "ru_KZ"))).isEqualTo(ChatText.RU);
    assertThat(ChatText.of("kk", Map.of("LANG", "en_US"))).isEqualTo(ChatText.KK);
  }

  private int chat(String input, String... options) throws Exception {
    List<String> args = new ArrayList<>(List.of(options));
    args.add("--url");
    args.add("http://127.0.0.1:" + server.getAddress().getPort());
    PrintStream notesStream = new PrintStream(notes, true, StandardCharsets.UTF_8);
    PrintStream outStream = new PrintStream(out, true, StandardCharsets.UTF_8);
    return ChatCommand.run(
        args,
        Map.of("QAQPA_DEV_KEY", "qpk_dev"),
        new ChatSession.Screen(
            new BufferedReader(new StringReader(input)), outStream, notesStream, false, false));
  }

  private static String event(String data) {
    return "data: " + data + "\n\n";
  }

  private static void respond(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    exchange.getResponseHeaders().add("Content-Type", type);
    exchange.sendResponseHeaders(status, 0);
    try (OutputStream stream = exchange.getResponseBody()) {
      stream.write(body.getBytes(StandardCharsets.UTF_8));
    }
  }
}
