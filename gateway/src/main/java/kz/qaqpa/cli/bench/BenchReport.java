package kz.qaqpa.cli.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The figures of one run of the benchmark.
 *
 * @param machine processors, memory and Java
 * @param readyMillis from starting the server's process to its line {@code ready}
 * @param loads by number of streams
 * @param prefix time to the first token behind a long shared beginning
 */
record BenchReport(
    String machine, double readyMillis, List<Load> loads, Prefix prefix, Memory memory) {

  /**
   * One number of streams.
   *
   * @param tokensPerSecond of all streams together, through HTTP
   * @param gatewayCpuMicros processor time of the server for each token
   * @param loopCpuMicros that of the engine alone, with the same requests
   * @param loopTokensPerSecond of the engine alone
   * @param sameTokens whether both made the same number of tokens, as greedy answers must
   */
  record Load(
      int streams,
      double tokensPerSecond,
      double ttftMedianMillis,
      double ttftP99Millis,
      double gatewayCpuMicros,
      double loopCpuMicros,
      double loopTokensPerSecond,
      double promptTokens,
      double outputTokens,
      boolean sameTokens) {

    /** How much of the gateway's processor time is the engine's own. */
    double loopShare() {
      return loopCpuMicros / gatewayCpuMicros;
    }
  }

  /** Milliseconds to the first token, one stream. */
  record Prefix(
      int tokens,
      double coldMedianMillis,
      double coldP99Millis,
      double warmMedianMillis,
      double warmP99Millis) {}

  /** MiB of the server's process. */
  record Memory(long idleMib, long loadedMib, long peakMib) {}

  /** For a terminal or a document. */
  String table() {
    List<String> lines = new ArrayList<>();
    lines.add(machine);
    lines.add("");
    lines.add(
        "| streams | tokens/s | TTFT median, p99 ms | CPU µs a token: gateway, engine alone | share"
            + " of the engine | engine alone tokens/s | tokens in, out |");
    lines.add("|---|---|---|---|---|---|---|");
    for (Load load : loads) {
      lines.add(
          String.format(
              Locale.ROOT,
              "| %d | %.0f | %.1f, %.1f | %.0f, %.0f | %.1f %% | %.0f | %.0f, %.0f%s |",
              load.streams,
              load.tokensPerSecond,
              load.ttftMedianMillis,
              load.ttftP99Millis,
              load.gatewayCpuMicros,
              load.loopCpuMicros,
              100 * load.loopShare(),
              load.loopTokensPerSecond,
              load.promptTokens,
              load.outputTokens,
              load.sameTokens ? "" : " (not the same as the engine's)"));
    }
    lines.add("");
    lines.add(String.format(Locale.ROOT, "ready after %.0f ms", readyMillis));
    lines.add(
        String.format(
            Locale.ROOT,
            "TTFT behind a prefix of %d tokens: cold median %.1f, p99 %.1f ms; warm %.1f, %.1f ms",
            prefix.tokens,
            prefix.coldMedianMillis,
            prefix.coldP99Millis,
            prefix.warmMedianMillis,
            prefix.warmP99Millis));
    lines.add(
        String.format(
            Locale.ROOT,
            "memory of the server: idle %d MiB, after the load %d MiB, at most %d MiB",
            memory.idleMib,
            memory.loadedMib,
            memory.peakMib));
    return String.join("\n", lines);
  }

  /** Writes the figures as JSON. */
  void write(Path file) throws IOException {
    Files.writeString(
        file,
        JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build()
            .writeValueAsString(this));
  }
}
