package kz.qaqpa.cli.bench.peers;

import java.nio.file.Path;
import java.util.List;
import kz.qaqpa.cli.gguf.GgufType;
import org.jspecify.annotations.Nullable;

/**
 * What to measure beside llama.cpp.
 *
 * @param root of the project, for prompts and configuration
 * @param model folder, without end tokens or with
 * @param folder for models, requests, logs and figures; there
 * @param packages folder that packages of npm go to
 * @param llamaServer program, or null for llama.cpp in process
 * @param threads of either engine's kernels
 * @param pairs what is measured against what
 * @param streams numbers of them, the largest last
 * @param rounds of each, both sides in turn
 * @param requests of one round for each stream, and at least twice as many in all
 * @param maxTokens of one answer
 * @param prefixes prompts behind a long beginning, of which the first warms the others
 */
record PeersPlan(
    Path root,
    Path model,
    Path folder,
    Path packages,
    @Nullable Path llamaServer,
    int threads,
    List<Pair> pairs,
    List<Integer> streams,
    int rounds,
    int requests,
    int maxTokens,
    int prefixes) {
  /** Tokens of one sequence, for both. */
  static final int LENGTH = 1024;

  /** Tokens of a long beginning. */
  static final int PREFIX_TOKENS = 500;

  /** A precision of ours and the type of llama.cpp that it is set against. */
  record Pair(String precision, GgufType type) {
    static final List<Pair> ALL =
        List.of(
            new Pair("int8-fast", GgufType.Q8_0),
            new Pair("int8", GgufType.Q8_0),
            new Pair("f32", GgufType.F32));

    /** Those of precisions that are named, with a comma between them. */
    static List<Pair> of(String names) {
      return List.of(names.split(",", -1)).stream()
          .map(name ->
              ALL.stream()
                  .filter(pair -> pair.precision.equals(name))
                  .findFirst()
                  .orElseThrow(() ->
                      new IllegalArgumentException(
                          "--precisions: "
                              + name
                              + " (expected: int8-fast, int8 or f32, with commas between them)")))
          .toList();
    }
  }

  int mostStreams() {
    return streams.getLast();
  }
}
