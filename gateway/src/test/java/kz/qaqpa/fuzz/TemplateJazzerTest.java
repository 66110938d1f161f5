package kz.qaqpa.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;

/** The property of {@link TemplateFuzzTest}, with inputs that a fuzzer finds its own way to. */
@Tag("jazzer")
class TemplateJazzerTest {
  @FuzzTest
  void anyWords_makeNoSpecialToken(byte[] input) {
    TemplateFuzzTest.check(input, new Random(Arrays.hashCode(input)));
  }
}
