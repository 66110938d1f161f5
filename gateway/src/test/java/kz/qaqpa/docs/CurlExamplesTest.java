package kz.qaqpa.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import kz.qaqpa.live.LiveGateway;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The examples with curl: those of docs/api.md, and the one that README shows. */
@Tag("curl")
@ExtendWith(LiveGateway.Started.class)
class CurlExamplesTest {
  private static final String README = "README.md";

  private final LiveGateway gateway;
  private final Runner runner;

  CurlExamplesTest(LiveGateway gateway) {
    this.gateway = gateway;
    this.runner = new Runner(gateway);
  }

  static List<Example> shellExamples() {
    return ApiPageTest.examples(Example.Kind.SH);
  }

  @ParameterizedTest
  @MethodSource("shellExamples")
  void curl(Example example) {
    example.check(runner.shell(example.place(), runner.code(example)));
  }

  /** The line that `serve` prints, with a key that is cut; and the answer with its head. */
  @Test
  void readme() throws IOException {
    String page = Files.readString(Path.of(System.getProperty("qaqpa.root")).resolve(README));
    String line = page.lines().filter(l -> l.startsWith("curl ")).findFirst().orElseThrow();
    String shown = page.substring(page.indexOf("HTTP/1.1 200 OK"));
    String command =
        line.replace("curl -N", "curl -isN")
            .replace("http://127.0.0.1:8080", gateway.url())
            .replaceFirst("Bearer qpk_[^']*'", "Bearer " + LiveGateway.KEY + "'");
    new Example(README, Example.Kind.SH, command, shown.substring(0, shown.indexOf("```")))
        .check(runner.shell(README, command));
  }
}
