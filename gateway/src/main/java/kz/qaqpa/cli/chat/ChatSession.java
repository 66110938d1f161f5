package kz.qaqpa.cli.chat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import kz.qaqpa.cli.client.ChatClient;
import kz.qaqpa.cli.client.ChatClient.Answer;
import kz.qaqpa.cli.client.ChatJson.Turn;
import kz.qaqpa.cli.client.ServerError;
import kz.qaqpa.cli.client.TerminalText;
import kz.qaqpa.thread.Signals;

/** One conversation after the other, until the input ends or the user leaves. */
public final class ChatSession {
  private static final String DIM = "\u001B[2m";
  private static final String PLAIN = "\u001B[0m";

  private final ChatClient client;
  private final ChatText text;
  private final Screen screen;
  private final List<Turn> turns = new ArrayList<>();
  private boolean failed;

  /**
   * Where a session reads and writes.
   *
   * @param in one question a line
   * @param out answers
   * @param notes everything else: the same as {@code out} for a person, another for a pipe
   * @param interactive whether to prompt
   * @param color whether notes are dimmed
   */
  public record Screen(
      BufferedReader in, PrintStream out, PrintStream notes, boolean interactive, boolean color) {}

  public ChatSession(ChatClient client, ChatText text, Screen screen) {
    this.client = client;
    this.text = text;
    this.screen = screen;
  }

  /**
   * Converses.
   *
   * @param model to ask
   * @param url for the banner
   * @return exit status: 1 if the last question failed
   */
  public int converse(String model, String url) throws IOException, InterruptedException {
    if (screen.interactive) {
      note(String.format(Locale.ROOT, text.banner, url, TerminalText.line(model)));
      help();
      Signals.handle("INT", this::interrupted);
    }
    for (String line = readLine(); line != null; line = readLine()) {
      String question = line.strip();
      if (question.equals("/quit")) {
        break;
      }
      if (question.startsWith("/")) {
        command(question);
      } else if (!question.isEmpty()) {
        ask(model, question);
      }
    }
    return failed ? 1 : 0;
  }

  private String readLine() throws IOException {
    if (screen.interactive) {
      screen.out.print("\n" + text.prompt + " › ");
      screen.out.flush();
    }
    return screen.in.readLine();
  }

  private void command(String command) {
    switch (command) {
      case "/new" -> {
        turns.clear();
        note(text.newConversation);
      }
      case "/help" -> help();
      default -> note(String.format(Locale.ROOT, text.unknownCommand, TerminalText.line(command)));
    }
  }

  private void help() {
    note(text.commands);
    note(text.examplesTitle);
    text.examples().forEach(example -> note("  · " + example));
  }

  private void ask(String model, String question) throws InterruptedException {
    turns.add(new Turn("user", question));
    try {
      Answer answer = client.ask(model, List.copyOf(turns), this::show);
      screen.out.println();
      failed = false;
      remember(answer);
      report(answer);
    } catch (ServerError | IOException | IllegalStateException e) {
      turns.removeLast();
      failed = true;
      screen.out.println();
      note(text.error + ": " + TerminalText.line(reason(e)));
    }
  }

  private void show(String content) {
    screen.out.print(TerminalText.clean(content));
    screen.out.flush();
  }

  private void remember(Answer answer) {
    if (answer.text().isEmpty()) {
      turns.removeLast();
    } else {
      turns.add(new Turn("assistant", answer.text()));
    }
  }

  private void report(Answer answer) {
    if (answer.cancelled()) {
      note(text.stopped);
    }
    note(
        String.format(
            Locale.ROOT,
            text.statistics,
            answer.tokens(),
            String.format(Locale.ROOT, "%.1f", answer.tokensPerSecond()),
            answer.timeToFirst().toMillis()));
    if (answer.disclosure() != null) {
      note(text.notice);
    }
  }

  private void interrupted() {
    if (client.isAnswering()) {
      client.cancel();
    } else {
      screen.out.println();
      Runtime.getRuntime().halt(130);
    }
  }

  private void note(String line) {
    screen.notes.println(screen.color ? DIM + line + PLAIN : line);
    screen.notes.flush();
  }

  private static String reason(Exception e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }
}
