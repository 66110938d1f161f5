package kz.qaqpa.docs;

import java.util.List;
import kz.qaqpa.live.LiveGateway;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The examples of docs/api.md for Node. */
@Tag("node")
@ExtendWith(LiveGateway.Started.class)
class NodeExamplesTest {
  private final Runner runner;

  NodeExamplesTest(LiveGateway gateway) {
    runner = new Runner(gateway);
  }

  static List<Example> nodeExamples() {
    return ApiPageTest.examples(Example.Kind.JS);
  }

  @ParameterizedTest
  @MethodSource("nodeExamples")
  void node(Example example) {
    example.check(runner.node(example));
  }
}
