package kz.qaqpa.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.http.api.ChatMessage;
import kz.qaqpa.testing.Seeds;
import org.junit.jupiter.api.Test;

class TurnsTest {
  private int encodings;

  @Test
  void whatFits_staysWhole() {
    assertThat(fit(talk(5, 10), 1000)).isEqualTo(contents(talk(5, 10)));
    assertThat(encodings).isEqualTo(1);
  }

  @Test
  void oldestTurns_goFirst_systemAndLastTurnStay() {
    List<ChatMessage> talk = new ArrayList<>(talk(4, 10));
    talk.addFirst(new ChatMessage("system", "S"));
    talk.add(5, new ChatMessage("developer", "D")); // In the midst of the third turn.
    assertThat(fit(talk, 42)).isEqualTo("S" + "D" + contents(talk(4, 10)).substring(40));
    assertThat(fit(talk, 1)).as("the last turn alone").isEqualTo("SDu3........a3........");
  }

  @Test
  void messagesInARow_areOneTurn() {
    List<ChatMessage> talk =
        List.of(
            new ChatMessage("user", "old"),
            new ChatMessage("assistant", "answer"),
            new ChatMessage("user", "first"),
            new ChatMessage("user", "second"));
    assertThat(fit(talk, 12)).isEqualTo("firstsecond");
    assertThat(fit(talk, 6)).isEqualTo("firstsecond");
  }

  @Test
  void withoutTurns_nothingGoes() {
    assertThat(fit(List.of(new ChatMessage("assistant", "aaaa")), 1)).isEqualTo("aaaa");
  }

  @Test
  void aHugeConversation_isCutBeforeItIsEncoded() {
    List<Integer> lengths = new ArrayList<>();
    List<ChatMessage> talk = talk(2000, 100);
    new Turns(talk)
        .fit(
            1000,
            500,
            messages -> {
              int length = contents(messages).length();
              lengths.add(length);
              return new int[length];
            });
    assertThat(lengths).allMatch(length -> length <= 1000).hasSizeLessThan(6);
  }

  @Test
  void fewestTurns_withFewEncodings() {
    Seeds.forRandom(
        200,
        random -> {
          int turns = 1 + random.nextInt(300);
          int room = 1 + random.nextInt(turns * 24);
          encodings = 0;
          String kept = fit(talk(turns, 10), room);
          int fitting = Math.clamp(room / 20, 1, turns);
          assertThat(kept).hasSize(fitting * 20);
          assertThat(encodings).isLessThanOrEqualTo(11);
        });
  }

  /** Turns of a user and an assistant, each message of so many characters. */
  private static List<ChatMessage> talk(int turns, int characters) {
    List<ChatMessage> messages = new ArrayList<>();
    for (int i = 0; i < turns; i++) {
      messages.add(new ChatMessage("user", padded("u" + i, characters)));
      messages.add(new ChatMessage("assistant", padded("a" + i, characters)));
    }
    return messages;
  }

  private static String padded(String text, int characters) {
    return text + ".".repeat(characters - text.length());
  }

  /** A token is a character. */
  private String fit(List<ChatMessage> talk, int tokens) {
    int[] ids =
        new Turns(talk)
            .fit(
                Long.MAX_VALUE,
                tokens,
                messages -> {
                  encodings++;
                  return contents(messages).chars().toArray();
                })
            .tokens();
    return new String(ids, 0, ids.length);
  }

  private static String contents(List<ChatMessage> messages) {
    StringBuilder text = new StringBuilder();
    messages.forEach(message -> text.append(message.content()));
    return text.toString();
  }
}
