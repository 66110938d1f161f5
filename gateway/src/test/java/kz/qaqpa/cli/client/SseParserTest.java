package kz.qaqpa.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import kz.qaqpa.testing.Seeds;
import kz.qaqpa.testing.TestSize;
import org.junit.jupiter.api.Test;

class SseParserTest {
  @Test
  void dispatchesDataAndPassesOverTheRest() {
    assertThat(parse("data: а\n\n: ping\n\nevent: x\nid: 1\ndata:b\r\ndata: c\r\n\r\ndata\n\n"))
        .containsExactly("а", "b\nc", "");
    assertThat(parse("data: without its end")).isEmpty();
    assertThat(parse("datum: x\n\n")).isEmpty();
  }

  @Test
  void anyCutsGiveTheSameEvents() {
    byte[] bytes =
        "data: {\"a\":\"ӘҒҚҢӨҰҮҺІ\"}\r\n\r\n: ping\ndata: 2\rdata: 3\n\ndata: [DONE]\n\n"
            .getBytes(StandardCharsets.UTF_8);
    List<String> whole = parse(bytes, bytes.length);

    Seeds.forRandom(
        TestSize.tries(200, 20_000),
        random -> {
          List<String> events = new ArrayList<>();
          SseParser parser = new SseParser(events::add);
          for (int at = 0; at < bytes.length; ) {
            int n = Math.min(bytes.length - at, 1 + random.nextInt(7));
            parser.feed(ByteBuffer.wrap(bytes, at, n));
            at += n;
          }
          assertThat(events).isEqualTo(whole);
        });
    assertThat(whole).containsExactly("{\"a\":\"ӘҒҚҢӨҰҮҺІ\"}", "2\n3", "[DONE]");
  }

  @Test
  void endlessLinesAndEventsAreRefused() {
    SseParser line = new SseParser(event -> {});
    byte[] block = "x".repeat(1 << 16).getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 100; i++) {
                line.feed(ByteBuffer.wrap(block));
              }
            })
        .hasMessageContaining("too long");

    SseParser event = new SseParser(data -> {});
    byte[] field = ("data: " + "x".repeat(1 << 16) + "\n").getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 100; i++) {
                event.feed(ByteBuffer.wrap(field));
              }
            })
        .hasMessageContaining("too long");
  }

  private static List<String> parse(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return parse(bytes, bytes.length);
  }

  private static List<String> parse(byte[] bytes, int length) {
    List<String> events = new ArrayList<>();
    new SseParser(events::add).feed(ByteBuffer.wrap(bytes, 0, length));
    return events;
  }
}
