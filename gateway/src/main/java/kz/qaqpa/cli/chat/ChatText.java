package kz.qaqpa.cli.chat;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What the chat says of its own, in three languages. */
public enum ChatText {
  /** Kazakh, the default. */
  KK(
      "Qaqpa чаты · %s · модель %s",
      "Командалар: /new – жаңа әңгіме, /help – көмек, /quit – шығу. Ctrl-C жауапты тоқтатады.",
      "Мысалдар:",
      """
      ЭЦҚ-ны қайдан алуға болады?
      ХҚКО-ға қалай жазыламын?
      Киіз үй неден тұрады?
      Қазақ әліпбиінде неше әріп бар?
      """,
      "сіз",
      "Жаңа әңгіме басталды.",
      "жауап тоқтатылды",
      "қате",
      "%d токен · %s токен/с · алғашқы токен %d мс",
      "Бұл жауап жасанды интеллект жүйесін пайдалана отырып дайындалды.",
      "Белгісіз команда: %s. /help – көмек."),
  /** Russian. */
  RU(
      "Чат Qaqpa · %s · модель %s",
      "Команды: /new – новый разговор, /help – помощь, /quit – выход. Ctrl-C прерывает ответ.",
      "Примеры (демонстрационная модель понимает только казахский):",
      """
      Где можно получить ЭЦП?
      Как записаться в ЦОН?
      Составьте короткое письмо-заявление на казахском языке.
      """,
      "вы",
      "Начат новый разговор.",
      "ответ прерван",
      "ошибка",
      "токенов: %d · %s в секунду · первый токен %d мс",
      "Ответ подготовлен с использованием системы искусственного интеллекта.",
      "Неизвестная команда: %s. /help – помощь."),
  /** English. */
  EN(
      "Qaqpa chat · %s · model %s",
      "Commands: /new – new conversation, /help – help, /quit – leave. Ctrl-C stops an answer.",
      "Examples (the demonstration model understands Kazakh only):",
      """
      Where can I get a digital signature?
      How do I book a visit to a public service centre?
      Write a short formal request in Kazakh.
      """,
      "you",
      "New conversation.",
      "answer stopped",
      "error",
      "%d tokens · %s tokens/s · first token %d ms",
      "This answer was produced using an artificial intelligence system.",
      "Unknown command: %s. /help – help.");

  final String banner;
  final String commands;
  final String examplesTitle;
  private final String examples;
  final String prompt;
  final String newConversation;
  final String stopped;
  final String error;
  final String statistics;
  final String notice;
  final String unknownCommand;

  ChatText(
      String banner,
      String commands,
      String examplesTitle,
      String examples,
      String prompt,
      String newConversation,
      String stopped,
      String error,
      String statistics,
      String notice,
      String unknownCommand) {
    this.banner = banner;
    this.commands = commands;
    this.examplesTitle = examplesTitle;
    this.examples = examples;
    this.prompt = prompt;
    this.newConversation = newConversation;
    this.stopped = stopped;
    this.error = error;
    this.statistics = statistics;
    this.notice = notice;
    this.unknownCommand = unknownCommand;
  }

  /** Questions to begin with; those in Kazakh are ones that the shipped model was taught. */
  public List<String> examples() {
    return examples.lines().toList();
  }

  /**
   * The language of an option or of the environment.
   *
   * @param option {@code kk}, {@code ru}, {@code en}, or empty to go by the locale
   * @param environment {@code LC_ALL}, {@code LC_MESSAGES} and {@code LANG} are looked at
   */
  public static ChatText of(String option, Map<String, String> environment) {
    if (!option.isEmpty()) {
      return switch (option) {
        case "kk" -> KK;
        case "ru" -> RU;
        case "en" -> EN;
        default ->
            throw new IllegalArgumentException("--lang: " + option + " (expected: kk, ru or en)");
      };
    }
    for (String variable : List.of("LC_ALL", "LC_MESSAGES", "LANG")) {
      String locale = environment.getOrDefault(variable, "").toLowerCase(Locale.ROOT);
      if (!locale.isEmpty()) {
        return locale.startsWith("ru") ? RU : locale.startsWith("en") ? EN : KK;
      }
    }
    return KK;
  }
}
