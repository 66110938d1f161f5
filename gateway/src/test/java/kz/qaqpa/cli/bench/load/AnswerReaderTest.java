package kz.qaqpa.cli.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import kz.qaqpa.testing.Seeds;
import org.junit.jupiter.api.Test;

class AnswerReaderTest {
  private static final String ANSWERS =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n1A\r\n"
          + "abcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n"
          + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"
          + "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nagain";

  private final List<String> heard = new ArrayList<>();
  private final AnswerReader reader =
      new AnswerReader(
          new AnswerReader.Listener() {
            @Override
            public void chunk(ByteBuffer bytes, int from, int to) {
              byte[] chunk = new byte[to - from];
              bytes.get(from, chunk);
              heard.add(new String(chunk, StandardCharsets.US_ASCII));
            }

            @Override
            public void end() {
              heard.add("END");
            }
          });

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void chunksAndBodies_comeWhole_oneAnswerAfterTheOther() {
    reader.take(bytes(ANSWERS));
    assertThat(heard)
        .containsExactly(
            "first", "abcdefghijklmnopqrstuvwxyz", "END", "body", "END", "again", "END");
  }

  @Test
  void whereverTheyAreCut_theCountIsTheSame() {
    Seeds.forRandom(100, this::cutAnywhere);
  }

  private void cutAnywhere(RandomGenerator random) {
    heard.clear();
    for (int from = 0; from < ANSWERS.length(); ) {
      int to = Math.min(ANSWERS.length(), from + 1 + random.nextInt(20));
      reader.take(bytes(ANSWERS.substring(from, to)));
      from = to;
    }
    List<String> whole =
        List.of("first", "abcdefghijklmnopqrstuvwxyz", "END", "body", "END", "again", "END");
    assertThat(heard).hasSameSizeAs(whole);
    for (int i = 0; i < whole.size(); i++) { // Nothing of a chunk that came in parts.
      assertThat(heard.get(i)).isIn(whole.get(i), whole.get(i).equals("END") ? "END" : "");
    }
  }

  @Test
  void anythingButAnAnswer_isRefused() {
    assertThatThrownBy(() -> reader.take(bytes("HTTP/1.1 503 Busy\r\n\r\n")))
        .hasMessage("status: HTTP/1.1 503 Busy (expected: 200)");
  }
}
