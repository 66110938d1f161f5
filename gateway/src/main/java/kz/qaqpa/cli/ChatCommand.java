package kz.qaqpa.cli;

import java.io.BufferedReader;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import kz.qaqpa.cli.chat.ChatSession;
import kz.qaqpa.cli.chat.ChatText;
import kz.qaqpa.cli.client.ChatClient;
import kz.qaqpa.cli.client.Options;
import kz.qaqpa.cli.client.ServerError;
import org.jspecify.annotations.Nullable;

/** {@code ./qaqpa chat}: talks to a running server from a terminal or a pipe. */
public final class ChatCommand {
  static final String USAGE =
      "usage: ./qaqpa chat [--url http://127.0.0.1:8080] [--key qpk_…] [--lang kk|ru|en]"
          + " [--model NAME]";

  private ChatCommand() {}

  /**
   * Runs the command. The key is taken from {@code --key}, {@code QAQPA_KEY} or {@code
   * QAQPA_DEV_KEY}.
   *
   * @return exit status: 0, 1 after an error of the server, 2 after one of the command line
   */
  public static int run(List<String> args) throws Exception {
    // UTF-8 whatever the locale: Kazakh letters do not exist in most other encodings.
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    PrintStream err =
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    boolean interactive =
        Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    boolean color = interactive && System.getenv("NO_COLOR") == null;
    return run(
        args,
        System.getenv(),
        new ChatSession.Screen(in, out, interactive ? out : err, interactive, color));
  }

  static int run(List<String> args, Map<String, String> environment, ChatSession.Screen screen)
      throws InterruptedException {
    try {
      Options options = Options.parse(args, Set.of("url", "key", "lang", "model"), Set.of("help"));
      if (options.has("help")) {
        screen.out().println(USAGE);
        screen.out().flush();
        return 0;
      }
      return converse(options, environment, screen);
    } catch (IllegalArgumentException e) {
      screen.notes().println(e.getMessage() + "\n" + USAGE);
      return 2;
    } catch (ServerError | IOException e) {
      screen.notes().println(message(e, args));
      return 1;
    } finally {
      screen.out().flush();
      screen.notes().flush();
    }
  }

  private static int converse(
      Options options, Map<String, String> environment, ChatSession.Screen screen)
      throws IOException, InterruptedException {
    ChatText text = ChatText.of(options.get("lang", ""), environment);
    String url = options.get("url", "http://127.0.0.1:8080");
    try (ChatClient client = new ChatClient(url, key(options, environment))) {
      String model = options.get("model");
      return new ChatSession(client, text, screen)
          .converse(model == null ? client.firstModel() : model, url);
    }
  }

  private static @Nullable String key(Options options, Map<String, String> environment) {
    return Stream.of(
            options.get("key", ""),
            environment.getOrDefault("QAQPA_KEY", ""),
            environment.getOrDefault("QAQPA_DEV_KEY", ""))
        .filter(key -> !key.isEmpty())
        .findFirst()
        .orElse(null);
  }

  private static String message(Exception e, List<String> args) {
    if (e instanceof java.net.ConnectException) {
      return "no server there (expected: ./qaqpa serve running, or --url); given: "
          + (args.contains("--url") ? "--url " + args.get(args.indexOf("--url") + 1) : "no --url");
    }
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }
}
