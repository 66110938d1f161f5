package kz.qaqpa.cli.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import kz.qaqpa.cli.client.Options;
import kz.qaqpa.config.ConfigLoader;
import kz.qaqpa.engine.Engine;
import kz.qaqpa.engine.EngineProvider;
import kz.qaqpa.engine.EngineSettings;
import kz.qaqpa.engine.LogitsMode;
import kz.qaqpa.engine.StepPlanBuilder;
import kz.qaqpa.engine.StepResult;
import kz.qaqpa.engine.model.LlamaConfig;
import kz.qaqpa.tokenizer.BpeTokenizer;
import kz.qaqpa.tokenizer.ChatTemplate;
import kz.qaqpa.tokenizer.Message;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The engine with nothing around it, a process of its own: prompts are prefilled on the engine's
 * grid and decoded greedily, a fixed number of rows in each step, the next prompt taking the slot
 * of one that ended. What its processor time is for each token, no gateway can be below.
 */
public final class EngineLoop {
  private final Engine engine;
  private final Set<Integer> stopTokens;
  private final StepPlanBuilder builder;
  private final @Nullable Row[] rows;
  private final List<Double> firstTokenMillis = new ArrayList<>();
  private long started;
  private long outputTokens;
  private long promptTokens;

  private EngineLoop(Engine engine, Set<Integer> stopTokens, int streams) {
    this.engine = engine;
    this.stopTokens = stopTokens;
    this.builder = new StepPlanBuilder(engine.shape());
    this.rows = new @Nullable Row[Math.min(streams, engine.shape().slots())];
  }

  /**
   * What a run did.
   *
   * @param firstTokenMillis of each request, from the begin of the run
   */
  public record Result(
      long wallNanos, long promptTokens, long outputTokens, List<Double> firstTokenMillis) {}

  /**
   * A request as an engine gets it.
   *
   * @param prompt tokens, the chat format among them; not to be changed
   * @param maxTokens of the answer
   */
  @SuppressWarnings("ArrayRecordComponent") // Filled once, read once.
  public record Job(int[] prompt, int maxTokens) {}

  private static final class Row {
    final int maxTokens;
    int length;
    int last;
    int produced;

    Row(int maxTokens) {
      this.maxTokens = maxTokens;
    }
  }

  /**
   * Loads the engine, prints {@code ready}; then, for each line {@code STREAMS BODIES-FILE} on
   * standard input, runs those requests and prints a {@link Result} as JSON.
   *
   * @param args {@code --model DIR --config DIR}
   */
  public static void main(String[] args) throws IOException {
    Options options = Options.parse(List.of(args), Set.of("model", "config"), Set.of());
    Path model = Path.of(options.get("model", "config/models/kaz-mini"));
    EngineSettings settings =
        ConfigLoader.load(Path.of(options.get("config", "config")), System.getenv())
            .bind("engine", EngineSettings.class);
    ChatTemplate template = ChatTemplate.load(model, BpeTokenizer.load(model));
    Set<Integer> stopTokens = Set.copyOf(LlamaConfig.read(model).eosTokens());
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (Engine engine = provider().open(model, settings, line -> {}).engine()) {
      out.println("ready");
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        int space = line.indexOf(' ');
        List<Job> jobs = jobs(template, Path.of(line.substring(space + 1)));
        int streams = Integer.parseInt(line.substring(0, space));
        Result result = new EngineLoop(engine, stopTokens, streams).run(jobs);
        out.println(JsonMapper.builder().build().writeValueAsString(result));
      }
    }
  }

  private static EngineProvider provider() {
    return ServiceLoader.load(EngineProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(provider -> !provider.isSynthetic() && provider.availability().available())
        .max(java.util.Comparator.comparingInt(EngineProvider::preference))
        .orElseThrow(() -> new IllegalStateException("no engine works on this machine"));
  }

  /** The requests by the model's own chat template, tokenised before anything is measured. */
  public static List<Job> jobs(ChatTemplate template, Path bodies) throws IOException {
    JsonMapper json = JsonMapper.builder().build();
    List<Job> jobs = new ArrayList<>();
    for (String line : Files.readAllLines(bodies)) {
      JsonNode body = json.readTree(line);
      List<Message> messages = new ArrayList<>();
      for (JsonNode message : body.path("messages")) {
        messages.add(
            new Message(message.path("role").asString(), message.path("content").asString()));
      }
      jobs.add(new Job(template.encode(messages, true), body.path("max_tokens").asInt()));
    }
    return jobs;
  }

  private Result run(List<Job> jobs) {
    Deque<Job> waiting = new ArrayDeque<>(jobs);
    started = System.nanoTime();
    boolean busy = true;
    while (busy) {
      for (int slot = 0; slot < rows.length; slot++) {
        while (rows[slot] == null && !waiting.isEmpty()) {
          prefill(slot, waiting.remove());
        }
      }
      busy = decode();
    }
    return new Result(
        System.nanoTime() - started, promptTokens, outputTokens, List.copyOf(firstTokenMillis));
  }

  private void prefill(int slot, Job job) {
    Row row = new Row(job.maxTokens());
    int chunk = Math.min(engine.shape().prefillChunk(), engine.shape().maxStepTokens());
    while (row.length < job.prompt().length) {
      int n = Math.min(chunk, job.prompt().length - row.length);
      boolean last = row.length + n == job.prompt().length;
      begin();
      builder.row(slot, row.length, last ? LogitsMode.CANDIDATES : LogitsMode.NONE);
      for (int i = 0; i < n; i++) {
        builder.token(job.prompt()[row.length + i]);
      }
      StepResult result = engine.execute(builder.plan());
      row.length += n;
      if (last) {
        rows[slot] = row;
        firstTokenMillis.add((System.nanoTime() - started) / 1e6);
        accept(slot, row, result.candidateId(0, 0));
      }
    }
    promptTokens += job.prompt().length;
  }

  private boolean decode() {
    begin();
    for (int slot = 0; slot < rows.length; slot++) {
      Row row = rows[slot];
      if (row != null) {
        builder.row(slot, row.length, LogitsMode.CANDIDATES);
        builder.token(row.last);
      }
    }
    if (builder.plan().rows() == 0) {
      return false;
    }
    StepResult result = engine.execute(builder.plan());
    int index = 0;
    for (int slot = 0; slot < rows.length; slot++) {
      Row row = rows[slot];
      if (row != null) {
        row.length++;
        accept(slot, row, result.candidateId(index++, 0));
      }
    }
    return true;
  }

  private void begin() {
    builder.clear();
    for (int slot = 0; slot < rows.length; slot++) {
      Row row = rows[slot];
      builder.slotLength(slot, row == null ? 0 : row.length);
    }
  }

  private void accept(int slot, Row row, int token) {
    if (stopTokens.contains(token)) {
      rows[slot] = null;
      return;
    }
    row.last = token;
    row.produced++;
    outputTokens++;
    if (row.produced == row.maxTokens || row.length == engine.shape().slotLength()) {
      rows[slot] = null;
    }
  }
}
