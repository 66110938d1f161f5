package kz.qaqpa.responses;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import kz.qaqpa.http.api.ChatMessage;
import org.junit.jupiter.api.Test;

class ResponseMemoryTest {

  @Test
  void theLastOnes_areRemembered() {
    ResponseMemory memory = ResponseMemory.ofLast(2);
    StoredResponse one = response(1);
    memory.keep("1", one);
    memory.keep("2", response(1));
    assertThat(memory.find("1")).isSameAs(one);
    memory.keep("3", response(1));
    assertThat(memory.find("1")).isNull();
    assertThat(memory.find("2")).isNotNull();
    assertThat(memory.find("3")).isNotNull();
  }

  @Test
  void bytes_areBounded() {
    ResponseMemory memory = ResponseMemory.ofLast(1000);
    for (int i = 0; i < 100; i++) {
      memory.keep("r" + i, response(100_000));
    }
    assertThat(memory.size()).isBetween(15, 21);
    memory.keep("huge", response(5_000_000));
    assertThat(memory.size()).isZero();
    memory.keep("small", response(1));
    assertThat(memory.find("small")).isNotNull();
  }

  @Test
  void none_remembersNothing() {
    ResponseMemory memory = ResponseMemory.none();
    memory.keep("1", response(1));
    assertThat(memory.find("1")).isNull();
    assertThat(memory.size()).isZero();
  }

  private static StoredResponse response(int characters) {
    ResponseItem item = new ResponseItem("msg_1", new ChatMessage("user", "a".repeat(characters)));
    return new StoredResponse("sandbox", 0, true, new byte[0], List.of(item), List.of(), "01");
  }
}
