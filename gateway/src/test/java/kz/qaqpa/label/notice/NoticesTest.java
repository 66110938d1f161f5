package kz.qaqpa.label.notice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import kz.qaqpa.config.ConfigException;
import kz.qaqpa.config.ConfigLoader;
import kz.qaqpa.label.LabelSamples;
import kz.qaqpa.label.LocalText;
import kz.qaqpa.label.NoticePolicy;
import kz.qaqpa.language.Language;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NoticesTest {
  private static final String AGREEMENT = "https://minfin.example.kz/agreement";
  private static final List<NoticePolicy> POLICIES = List.of(NoticePolicy.values());
  private static final List<Language> LANGUAGES = List.of(Language.KK, Language.RU, Language.EN);
  private static final Notices SHIPPED = LabelSamples.notices();

  @TempDir private Path folder;

  /** Pins the shipped wording: who changes it has to keep the old one under "earlier". */
  @Test
  void shippedWording() {
    assertThat(SHIPPED.text(null))
        .isEqualTo(
            new LocalText(
                "Бұл жауап жасанды интеллект жүйесін пайдалана отырып дайындалды. Мәліметті"
                    + " тексеріңіз.",
                "Ответ подготовлен с использованием системы искусственного интеллекта. Проверьте"
                    + " сведения.",
                "This answer was produced using an artificial intelligence system. Check what it"
                    + " says."));
    assertThat(SHIPPED.text(AGREEMENT).kk())
        .endsWith("тексеріңіз. Пайдаланушы келісімі: " + AGREEMENT);
    assertThat(SHIPPED.isChecked()).isFalse();
  }

  @Test
  void whereItGoes() {
    LocalText text = SHIPPED.text(null);
    NoticePlacement append = new NoticePlacement(NoticePolicy.APPEND, text, Language.RU);
    assertThat(append.opening(Language.KK)).isEmpty();
    assertThat(append.closing(Language.KK, true)).isEqualTo("\n\n" + text.kk());
    assertThat(append.closing(Language.EN, false)).isEqualTo(text.en());
    assertThat(append.closing(Language.OTHER, true)).isEqualTo("\n\n" + text.ru());
    NoticePlacement prepend = new NoticePlacement(NoticePolicy.PREPEND, text, Language.KK);
    assertThat(prepend.opening(Language.RU)).isEqualTo(text.ru() + "\n\n");
    assertThat(prepend.closing(Language.RU, true)).isEmpty();
    NoticePlacement client = new NoticePlacement(NoticePolicy.CLIENT, text, Language.KK);
    assertThat(client.opening(Language.RU)).isEmpty();
    assertThat(client.closing(Language.RU, true)).isEmpty();
  }

  /** What a model said comes back as it was, whoever added which notice. */
  @Test
  void stripping_givesTheAnswerBack() {
    Seeds.forRandom(
        TestSize.tries(2_000, 50_000),
        random -> {
          String answer = answer(random);
          Language language = LANGUAGES.get(random.nextInt(3));
          NoticePolicy policy = POLICIES.get(random.nextInt(3));
          LocalText text = SHIPPED.text(random.nextBoolean() ? AGREEMENT : null);
          NoticePlacement placement = new NoticePlacement(policy, text, Language.KK);
          String sent =
              placement.opening(language) + answer + placement.closing(language, !answer.isEmpty());
          assertThat(SHIPPED.strip(sent)).isEqualTo(answer);
        });
  }

  @Test
  void stripping_whatClientsMakeOfIt() {
    LocalText text = SHIPPED.text(null);
    String kk = text.kk();
    assertThat(SHIPPED.strip("Жауап.\r\n\r\n" + kk + "\r\n")).isEqualTo("Жауап.");
    assertThat(SHIPPED.strip("Жауап. " + kk + "  ")).isEqualTo("Жауап.");
    assertThat(SHIPPED.strip("\n" + kk + "\nЖауап.")).isEqualTo("Жауап.");
    assertThat(SHIPPED.strip(kk)).isEmpty();
    assertThat(SHIPPED.strip("а\n\n" + kk + "\n\n" + text.ru())).isEqualTo("а");
    // An agreement that has moved since.
    assertThat(SHIPPED.strip("а\n\n" + SHIPPED.text("https://old.example.kz/a?b=c").ru()))
        .isEqualTo("а");
  }

  @Test
  void stripping_leavesOthersAlone() {
    String kk = SHIPPED.text(null).kk();
    for (String message :
        List.of(
            "",
            "Жауап.",
            "Жауап.  ",
            "«" + kk + "» деп жазылған.",
            "сөз" + kk,
            kk + "сөз",
            "Пайдаланушы келісімі: https://a.kz",
            kk.substring(1))) {
      assertThat(SHIPPED.strip(message)).isEqualTo(message);
    }
  }

  @Test
  void earlierWordingsAreStillRecognised() throws Exception {
    Path labels = Files.createDirectories(folder.resolve("labels"));
    Files.writeString(
        labels.resolve("ru.yaml"),
        """
        checked: true
        text: "Создано ИИ."
        agreement: "Соглашение: {url}"
        earlier: ["Ответ машины."]
        """);
    Notices notices = Notices.load(ConfigLoader.load(folder, Map.of()));
    assertThat(notices.text(null).ru()).isEqualTo("Создано ИИ.");
    assertThat(notices.text(null).kk()).isEqualTo(SHIPPED.text(null).kk());
    assertThat(notices.strip("а\n\nОтвет машины. Соглашение: https://a.kz")).isEqualTo("а");
    assertThat(notices.strip("Создано ИИ.\n\nа")).isEqualTo("а");
    assertThat(notices.isChecked()).isFalse();
  }

  @Test
  void wordsThatCannotBeANoticeAreRefused() throws Exception {
    refused("two\nlines", "a {url}", "text: 9 characters (expected: one line of 1 to 500");
    refused(" ", "a {url}", "text: 1 characters");
    refused("x".repeat(501), "a {url}", "text: 501 characters");
    refused("a", "b", "agreement: without {url}, or with two (expected: it once)");
    refused("a", "{url} {url}", "agreement: without {url}, or with two");
    Path labels = Files.createDirectories(folder.resolve("labels"));
    Files.writeString(labels.resolve("en.yaml"), "text: x\n");
    assertThatThrownBy(() -> Notices.load(ConfigLoader.load(folder, Map.of())))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("en.yaml");
  }

  /** A heap of spaces and halves of a link costs no more than its length. */
  @Test
  void hugeMessages() {
    String blanks = " ".repeat(2_000_000);
    assertThat(SHIPPED.strip("а" + blanks)).hasSize(2_000_001);
    String links = "Пайдаланушы келісімі: http".repeat(100_000);
    assertThat(SHIPPED.strip(links)).isEqualTo(links);
  }

  private static void refused(String text, String agreement, @Nullable String message) {
    assertThatThrownBy(() -> new Wording(false, text, agreement, List.of()))
        .hasMessageStartingWith(message);
  }

  private static String answer(RandomGenerator random) {
    List<String> parts = List.of("Жауап", " ", "\n", ".", "\n\n", "Мәліметті тексеріңіз.", "http");
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(6); i > 0; i--) {
      text.append(parts.get(random.nextInt(parts.size())));
    }
    return text.toString();
  }
}
