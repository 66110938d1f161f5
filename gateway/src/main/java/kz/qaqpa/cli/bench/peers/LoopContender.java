package kz.qaqpa.cli.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import kz.qaqpa.cli.bench.EngineLoop;
import kz.qaqpa.cli.process.Child;
import tools.jackson.databind.json.JsonMapper;

/** A loop around an engine in a process of its own, without HTTP: it is told over its input. */
final class LoopContender implements Contender {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Child loop;
  private final Path folder;
  private final String prefix;

  /**
   * Waits until it is ready.
   *
   * @param loop an {@link EngineLoop} or its counterpart; ended with this
   * @param folder for requests
   * @param keeps whether, one request after the other, it keeps what prompts begin with
   */
  LoopContender(Child loop, Path folder, boolean keeps) throws IOException {
    this.loop = loop;
    this.folder = folder;
    this.prefix = keeps ? "keep " : "";
    try {
      loop.awaitLine("ready");
    } catch (IOException e) {
      loop.close();
      throw e;
    }
  }

  @Override
  public Round run(int streams, Path bodies) throws IOException {
    EngineLoop.Result result = tell(streams + " " + bodies);
    return new Round(result.wallNanos(), result.promptTokens(), result.outputTokens());
  }

  @Override
  public double[] firstTokenMillis(List<String> bodies) throws IOException {
    double[] millis = new double[bodies.size()];
    for (int i = 0; i < millis.length; i++) {
      millis[i] = firstTokenMillisTogether(bodies.subList(i, i + 1))[0];
    }
    return millis;
  }

  @Override
  public double[] firstTokenMillisTogether(List<String> bodies) throws IOException {
    Path file = Files.write(folder.resolve("together.jsonl"), bodies);
    EngineLoop.Result result = tell(prefix + bodies.size() + " " + file);
    return result.firstTokenMillis().stream().mapToDouble(Double::doubleValue).toArray();
  }

  private EngineLoop.Result tell(String order) throws IOException {
    loop.tell(order);
    return JSON.readValue(loop.awaitLine("{"), EngineLoop.Result.class);
  }

  @Override
  public Child process() {
    return loop;
  }

  @Override
  public void close() {
    loop.close();
  }
}
