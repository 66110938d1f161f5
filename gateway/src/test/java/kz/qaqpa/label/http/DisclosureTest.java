package kz.qaqpa.label.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.random.RandomGenerator;
import kz.qaqpa.label.AiDisclosure;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;

class DisclosureTest {
  private static final Instant DATE = Instant.ofEpochSecond(1_790_000_000);

  @Test
  void whatIsWrittenIsRead() {
    Seeds.forRandom(
        TestSize.tries(500, 20_000),
        random -> {
          String model = ascii(random);
          String provider = ascii(random);
          Disclosure read = Disclosure.parse(new AiDisclosure(model).value(provider, DATE));
          assertThat(read)
              .isEqualTo(new Disclosure("machine-generated", model, provider, null, DATE));
        });
  }

  /** The draft's example, which joins by semicolons, and other forms of the same. */
  @Test
  void bothJoinsAreRead() {
    Disclosure expected =
        new Disclosure("ai-originated", "gpt-4", "openai", "editor", Instant.ofEpochSecond(1_745));
    assertThat(
            Disclosure.parse(
                "mode=ai-originated; model=\"gpt-4\"; provider=\"openai\";"
                    + " reviewed-by=\"editor\"; date=@1745"))
        .isEqualTo(expected);
    assertThat(
            Disclosure.parse(
                "model=\"gpt-4\",mode=ai-originated;provider=\"openai\" ,\treviewed-by=\"editor\","
                    + "date=@1745, more=?1, count=-3, flag"))
        .isEqualTo(expected);
    assertThat(Disclosure.parse("mode=none"))
        .isEqualTo(new Disclosure("none", null, null, null, null));
  }

  @Test
  void whatIsNoDictionaryIsRefused() {
    for (String bad :
        List.of(
            "mode=none,",
            "mode=none model=\"a\"",
            "Mode=none",
            "mode=",
            "mode=none, model=\"a",
            "mode=none, model=\"қ\"",
            "mode=none, model=\"\\n\"",
            "mode=none, date=@1.5",
            "mode=none, date=@",
            "mode=none, date=@1234567890123456",
            "mode=none, f=?2",
            "=",
            "mode=\"none\"",
            "mode=none, model=kaz",
            "mode=none, date=5",
            "",
            "model=\"a\"",
            "mode=none, ü=1",
            "x".repeat(9000))) {
      assertThatThrownBy(() -> Disclosure.parse(bad))
          .as(bad)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static String ascii(RandomGenerator random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(20); i > 0; i--) {
      text.append((char) random.nextInt(0x20, 0x7f));
    }
    return text.toString();
  }
}
