package kz.qaqpa.cli.bench.peers.llama;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import kz.qaqpa.cli.bench.EngineLoop;
import kz.qaqpa.cli.bench.EngineLoop.Job;
import kz.qaqpa.cli.client.Options;
import kz.qaqpa.tokenizer.BpeTokenizer;
import kz.qaqpa.tokenizer.ChatTemplate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * llama.cpp with nothing around it, a process of its own: the counterpart of {@link EngineLoop}.
 * The same prompts, as the same tokens, are read one after the other in batches of {@link
 * Llama#BATCH} and continued greedily, a fixed number of rows in each step, the next prompt taking
 * the place of an answer that is over.
 */
public final class LlamaLoop {
  private final Llama llama;
  private final boolean keeps;
  private final @Nullable Row[] rows;
  private final int[][] kept;
  private final List<Double> firstTokenMillis = new ArrayList<>();
  private long started;
  private long outputTokens;
  private long promptTokens;

  private LlamaLoop(Llama llama, int[][] kept, int streams, boolean keeps) {
    this.llama = llama;
    this.kept = kept;
    this.keeps = keeps;
    this.rows = new @Nullable Row[streams];
  }

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
   * Loads the model, prints {@code ready}; then, for each line {@code STREAMS BODIES-FILE} on
   * standard input, runs those requests and prints an {@link EngineLoop.Result} as JSON. With
   * {@code keep} before such a line a prompt that begins like the one before it in the same place
   * is read from where they differ, as by the server of llama.cpp with {@code cache_prompt}.
   *
   * @param args {@code --libraries DIR --gguf FILE --model DIR --threads N --sequences N --length
   *     N}
   */
  public static void main(String[] args) throws IOException {
    Options options =
        Options.parse(
            List.of(args),
            Set.of("libraries", "gguf", "model", "threads", "sequences", "length"),
            Set.of());
    Path model = Path.of(options.get("model", "config/models/kaz-mini"));
    int sequences = options.number("sequences", 1, 1, 256);
    Llama.Setup setup =
        new Llama.Setup(
            options.number("threads", 1, 1, 1024),
            sequences,
            options.number("length", 1024, 1, 1 << 20),
            false);
    ChatTemplate template = ChatTemplate.load(model, BpeTokenizer.load(model));
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    Path libraries = Path.of(options.get("libraries", "."));
    int[][] kept = new int[sequences][0];
    try (Llama llama = new Llama(libraries, Path.of(options.get("gguf", "model.gguf")), setup)) {
      out.println("ready");
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        boolean keeps = line.startsWith("keep ");
        String order = keeps ? line.substring("keep ".length()) : line;
        int space = order.indexOf(' ');
        List<Job> jobs = EngineLoop.jobs(template, Path.of(order.substring(space + 1)));
        int streams = Math.min(sequences, Integer.parseInt(order.substring(0, space)));
        EngineLoop.Result result = new LlamaLoop(llama, kept, streams, keeps).run(jobs);
        out.println(JsonMapper.builder().build().writeValueAsString(result));
      }
    }
  }

  private EngineLoop.Result run(List<Job> jobs) {
    Deque<Job> waiting = new ArrayDeque<>(jobs);
    started = System.nanoTime();
    boolean busy = true;
    while (busy) {
      for (int place = 0; place < rows.length; place++) {
        while (rows[place] == null && !waiting.isEmpty()) {
          read(place, waiting.remove());
        }
      }
      busy = step();
    }
    return new EngineLoop.Result(
        System.nanoTime() - started, promptTokens, outputTokens, List.copyOf(firstTokenMillis));
  }

  /** Reads a prompt and makes its first token. */
  private void read(int place, Job job) {
    int[] prompt = job.prompt();
    int from = 0;
    if (keeps) {
      int same = Arrays.mismatch(kept[place], prompt);
      // The last token is read again in any case: its logits are wanted.
      from = Math.min(same < 0 ? prompt.length : same, prompt.length - 1);
    }
    llama.forget(place, from);
    int last = 0;
    for (int i = from; i < prompt.length; i++) {
      llama.add(place, i, prompt[i], i == prompt.length - 1);
      if (llama.filled() == Llama.BATCH || i == prompt.length - 1) {
        last = llama.filled() - 1;
        llama.decode();
      }
    }
    kept[place] = prompt;
    Row row = new Row(job.maxTokens());
    row.length = prompt.length;
    rows[place] = row;
    promptTokens += prompt.length;
    int token = llama.best(last);
    firstTokenMillis.add((System.nanoTime() - started) / 1e6);
    accept(place, row, token);
  }

  private boolean step() {
    for (int place = 0; place < rows.length; place++) {
      Row row = rows[place];
      if (row != null) {
        llama.add(place, row.length, row.last, true);
      }
    }
    if (llama.filled() == 0) {
      return false;
    }
    llama.decode();
    int index = 0;
    for (int place = 0; place < rows.length; place++) {
      Row row = rows[place];
      if (row != null) {
        row.length++;
        accept(place, row, llama.best(index++));
      }
    }
    return true;
  }

  private void accept(int place, Row row, int token) {
    row.last = token;
    row.produced++;
    outputTokens++;
    if (row.produced == row.maxTokens) {
      rows[place] = null;
    }
  }
}
