package kz.qaqpa.language;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.List;
import java.util.Objects;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** How often it is right, on texts that its lists were not made from, and what must not fool it. */
class LanguageDetectorTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** Short questions, one a line. The figures stand in docs/benchmarks.md. */
  @ParameterizedTest
  @CsvSource({"kk,kk,223", "kk-plain,kk,58", "ru,ru,219", "en,en,215", "other,other,110"})
  void shortTexts(String file, String language, int atLeastRight) throws IOException {
    List<String> lines = lines(file);
    List<String> wrong =
        lines.stream()
            .filter(line -> !tag(line).equals(language))
            .map(l -> tag(l) + ": " + l)
            .toList();
    System.out.printf(
        "language of %s: %d of %d right%n", file, lines.size() - wrong.size(), lines.size());
    assertThat(lines.size() - wrong.size()).as("%s", wrong).isGreaterThanOrEqualTo(atLeastRight);
  }

  /** The load tests' prompts. One asks in English about a Kazakh sentence that is longer. */
  @Test
  void prompts() throws IOException {
    Path file = Path.of(System.getProperty("qaqpa.root"), "config/prompts/kazakh.jsonl");
    int right = 0;
    int mixed = 0;
    int all = 0;
    for (String line : Files.readAllLines(file)) {
      JsonNode prompt = JSON.readTree(line);
      String language = prompt.path("lang").stringValue();
      all++;
      mixed += language.equals("mixed") ? 1 : 0;
      right += tag(prompt.path("text").stringValue()).equals(language) ? 1 : 0;
    }
    System.out.printf("language of prompts: %d of %d right%n", right, all - mixed);
    assertThat(all - mixed - right).isLessThanOrEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "kk | ӘҒҚҢӨҰҮҺІ әғқңөұүһі",
        "kk | ҚАЗАҚСТАН РЕСПУБЛИКАСЫ",
        "kk | Құжат\u00a0№ 5",
        "kk | Бiр тiлек айт", // Latin i for і, as old texts have it.
        "kk | Iшкi iстер министрлiгi",
        "kk | əлi келген жоқ", // Latin ə.
        "kk | hәм солай", // Latin h for һ.
        "kk | Kaspi QR API JSON HTTP қалай қосамын?",
        "kk | Нұр-Сұлтан",
        "kk | калай ЭЦП алам",
        "ru | Чем отличается ЖШС от ИП?",
        "ru | Что такое МӘМС и кому положена помощь?",
        "ru | Как доехать до Қостанай?",
        "ru | кoд oшибки нe пoнятен, чтo дeлaть", // Latin o and e.
        "ru | Что такое OAuth?",
        "ru | Как исправить NullPointerException в Java?",
        "en | What does ЖСН stand for?",
        "en | Explain what a digital signature (ЭЦҚ) is in two sentences.",
        "en | HOW DO I PAY TAX?",
        "en | See https://egov.kz/қазақша and tell me what it says",
        "other | ІBM", // Cyrillic І before Latin letters.
        "other | Астана",
        "other | Kaspi",
        "other | a",
        "other | і",
        "other | Пётр і Іван їдуть до Києва",
      })
  void whatMustNotFoolIt(String language, String text) {
    assertThat(tag(text)).isEqualTo(language);
    assertThat(tag(Normalizer.normalize(text, Normalizer.Form.NFD))).isEqualTo(language);
  }

  @Test
  void marksOfDecomposedLettersAreRead() {
    String plain = "калай"; // In form D its й is и with a breve, which no list has.
    assertThat(tag(plain)).isEqualTo("kk");
    assertThat(tag(Normalizer.normalize(plain, Normalizer.Form.NFD))).isEqualTo("kk");
    assertThat(tag("қа\u00adлай")).isEqualTo("kk");
  }

  @Test
  void codeAroundAQuestionIsPassedOver() {
    String code =
        "```java\nfor (int i = 0; i < list.size(); i++) { this.add(list.get(i)); }\n```\n";
    assertThat(tag(code)).isEqualTo("other");
    assertThat(tag(code + "Неге?\n")).isEqualTo("kk");
    assertThat(tag("Где ошибка?\n" + code.repeat(10))).isEqualTo("ru");
    assertThat(tag("Что делает эта строка?\npublic static void main(String[] args) {"))
        .isEqualTo("ru");
    assertThat(tag("import os\nfor x in range(10): print(x)")).isEqualTo("other");
  }

  @Test
  void ofTwoLanguagesTheOneWithMoreLettersCounts() {
    String kazakh = "Баспана кезегіне тұру үшін қандай құжаттар қажет?";
    assertThat(tag("Translate: " + kazakh)).isEqualTo("kk");
    assertThat(tag("Аудар: how do I get a certificate of residence in Astana?")).isEqualTo("en");
    assertThat(tag("Қысқаша: «Просим вас предоставить документы» дегенді қалай айтамын?"))
        .isEqualTo("kk");
    assertThat(tag("Переведи на казахский: «Ваш запрос отклонён, так как нет документов»."))
        .isEqualTo("ru");
  }

  @Test
  void onlyTheBeginningIsLookedAt() {
    String begin = "Не істеу керек екенін түсіндіріп беріңізші. ".repeat(200);
    CharSequence endless = new Endless(begin.substring(0, LanguageDetector.LONGEST));
    assertThat(LanguageDetector.detect(endless)).isEqualTo(Language.KK);
  }

  /** Whatever comes, there is an answer, always the same. */
  @Test
  void anyTextHasOneLanguage() {
    String alphabet = "abIi іІәəҚғ йё\u0306\u0308`{}()=@:/\n\r\t.,-’'\u00ad\ud83d\ude00\ud800ﷺ中ї0";
    Seeds.forRandom(
        TestSize.tries(2000, 200_000),
        random -> {
          StringBuilder text = new StringBuilder();
          int length = random.nextInt(60);
          for (int i = 0; i < length; i++) {
            text.append(
                random.nextInt(4) == 0
                    ? (char) random.nextInt(0x10000)
                    : alphabet.charAt(random.nextInt(alphabet.length())));
          }
          Language language = LanguageDetector.detect(text);
          assertThat(language).isNotNull();
          assertThat(LanguageDetector.detect(text.toString())).isEqualTo(language);
        });
  }

  @Test
  void emptyTextIsOther() {
    assertThat(tag("")).isEqualTo("other");
    assertThat(tag(" \n\n ")).isEqualTo("other");
  }

  private static String tag(String text) {
    return LanguageDetector.detect(text).tag();
  }

  private static List<String> lines(String file) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            LanguageDetectorTest.class.getResourceAsStream("/language/" + file + ".txt"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank())
          .toList();
    }
  }

  /** A text of nearly two billion characters, of which only the beginning may be read. */
  private record Endless(String begin) implements CharSequence {
    @Override
    public int length() {
      return Integer.MAX_VALUE;
    }

    @Override
    public char charAt(int index) {
      return begin.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return begin.substring(start, end);
    }

    @Override
    public String toString() {
      throw new AssertionError("read as a whole");
    }
  }
}
