package kz.qaqpa.ws.event;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.api.Tag;

/** The property of {@link ClientEventFuzzTest}, with inputs that a fuzzer finds its own way to. */
@Tag("jazzer")
class ClientEventJazzerTest {
  @FuzzTest
  void anyMessage_isAnEvent_orOneErrorFrame(byte[] input) {
    ClientEventFuzzTest.check(input);
  }
}
