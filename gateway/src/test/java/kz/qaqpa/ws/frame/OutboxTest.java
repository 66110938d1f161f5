package kz.qaqpa.ws.frame;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OutboxTest {
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final Outbox outbox = new Outbox(channel, () -> {});
  private final List<String> left = new ArrayList<>();

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  @Test
  void lanesGoInTurn_whateverOneOfThemHas() {
    Outbox.Line flood = outbox.line(() -> left.add("flood"));
    Outbox.Line quiet = outbox.line(() -> left.add("quiet"));
    for (int i = 0; i < 5; i++) {
      add(flood, "f" + i);
    }
    add(quiet, "q0");
    add(quiet, "q1");
    outbox.add(bytes("urgent"));
    channel.runPendingTasks();
    assertThat(sent()).containsExactly("urgent", "f0", "q0", "f1", "q1", "f2", "f3", "f4");
    assertThat(left).containsExactly("flood", "quiet", "flood", "quiet", "flood", "flood", "flood");
    assertThat(outbox.isEmpty()).isTrue();
  }

  @Test
  void aLineThatIsFilledWhileItsFramesLeave_goesBehindTheOthers() {
    Outbox.Line[] flood = new Outbox.Line[1];
    int[] more = {3};
    flood[0] =
        outbox.line(() -> {
          if (more[0]-- > 0) {
            add(flood[0], "more" + more[0]);
          }
        });
    add(flood[0], "first");
    add(outbox.line(() -> {}), "other");
    channel.runPendingTasks();
    assertThat(sent()).containsExactly("first", "other", "more2", "more1", "more0");
  }

  @Test
  void whatTheSocketDoesNotTake_waitsInItsLine() {
    Outbox.Line line = outbox.line(() -> {});
    channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
    add(line, "a");
    outbox.add(bytes("b"));
    channel.runPendingTasks();
    assertThat(sent()).isEmpty();
    assertThat(line.waiting()).isEqualTo(1);
    assertThat(outbox.isEmpty()).isFalse();
    channel.unsafe().outboundBuffer().setUserDefinedWritability(1, true);
    outbox.wake();
    channel.runPendingTasks();
    assertThat(sent()).containsExactly("b", "a");
  }

  @Test
  void framesOfNoLane_haveABound_thatStopsTheReading() {
    channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
    for (int i = 0; i < 31; i++) {
      outbox.add(bytes("e"));
    }
    assertThat(outbox.hasRoom()).isTrue();
    outbox.add(bytes("e"));
    assertThat(outbox.hasRoom()).isFalse();
  }

  @Test
  void afterTheEnd_nothingIsSentOrKept() {
    Outbox.Line line = outbox.line(() -> {});
    add(line, "a");
    outbox.close();
    add(line, "b");
    outbox.add(bytes("c"));
    channel.runPendingTasks();
    assertThat(sent()).isEmpty();
    assertThat(line.waiting()).isZero();
  }

  private static void add(Outbox.Line line, String text) {
    line.add(bytes(text));
  }

  private List<String> sent() {
    List<String> frames = new ArrayList<>();
    for (TextWebSocketFrame frame = channel.readOutbound();
        frame != null;
        frame = channel.readOutbound()) {
      frames.add(frame.text());
      frame.release();
    }
    return frames;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
