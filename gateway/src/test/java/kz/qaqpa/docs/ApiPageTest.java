package kz.qaqpa.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import kz.qaqpa.live.LiveGateway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The examples of docs/api.md that a JDK suffices for. */
@ExtendWith(LiveGateway.Started.class)
class ApiPageTest {
  static final String PAGE = "docs/api.md";

  private final Runner runner;

  ApiPageTest(LiveGateway gateway) {
    runner = new Runner(gateway);
  }

  static List<Example> javaExamples() {
    return examples(Example.Kind.JAVA);
  }

  static List<Example> examples(Example.Kind kind) {
    return Example.of(PAGE).stream().filter(example -> example.kind() == kind).toList();
  }

  @ParameterizedTest
  @MethodSource("javaExamples")
  void java(Example example) {
    example.check(runner.java(example));
  }

  @Test
  void everyBlockIsRunOrIsAnOutcome() {
    assertThat(Example.unknown(PAGE)).isEmpty();
  }
}
