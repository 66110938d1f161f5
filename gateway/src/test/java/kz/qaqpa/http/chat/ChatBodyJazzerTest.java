package kz.qaqpa.http.chat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.api.Tag;

/** The property of {@link ChatBodyFuzzTest}, with inputs that a fuzzer finds its own way to. */
@Tag("jazzer")
class ChatBodyJazzerTest {
  @FuzzTest
  void anyBytes_areARequestOrOneRefusal(byte[] input) {
    ChatBodyFuzzTest.check(input);
  }
}
