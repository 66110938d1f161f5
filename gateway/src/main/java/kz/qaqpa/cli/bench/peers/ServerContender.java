package kz.qaqpa.cli.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import kz.qaqpa.cli.bench.BenchClient;
import kz.qaqpa.cli.process.Child;

/** A server of the chat completions API on this machine, asked by a client in another process. */
final class ServerContender implements Contender {
  private final Served served;
  private final UnaryOperator<String> adapt;
  private final Path folder;

  /**
   * A server that runs.
   *
   * @param process to look at
   * @param key of the client
   * @param stop ends it
   */
  record Served(Child process, int port, String key, Runnable stop) {}

  /**
   * A contender.
   *
   * @param adapt what becomes of a body before it is sent
   * @param folder for the client's requests and log
   */
  ServerContender(Served served, UnaryOperator<String> adapt, Path folder) {
    this.served = served;
    this.adapt = adapt;
    this.folder = folder;
  }

  @Override
  public Round run(int streams, Path bodies) throws IOException {
    BenchClient.Result result = ask(streams, Files.readAllLines(bodies));
    return new Round(result.wallNanos(), result.promptTokens(), result.outputTokens());
  }

  @Override
  public double[] firstTokenMillis(List<String> bodies) throws IOException {
    return ask(1, bodies).ttftMillis();
  }

  @Override
  public double[] firstTokenMillisTogether(List<String> bodies) throws IOException {
    return ask(bodies.size(), bodies).ttftMillis();
  }

  private BenchClient.Result ask(int streams, List<String> bodies) throws IOException {
    Path adapted = folder.resolve("adapted.jsonl");
    Files.write(adapted, bodies.stream().map(adapt).toList());
    return BenchClient.inProcess(
        folder, served.port, List.of(BenchClient.bearer(served.key)), streams, adapted);
  }

  @Override
  public Child process() {
    return served.process;
  }

  @Override
  public void close() {
    served.stop.run();
  }
}
