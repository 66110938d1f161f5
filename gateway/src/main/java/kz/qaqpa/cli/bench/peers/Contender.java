package kz.qaqpa.cli.bench.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import kz.qaqpa.cli.process.Child;

/** One of those that are given the same requests, in processes of their own. One thread. */
interface Contender extends AutoCloseable {

  /**
   * Runs requests to their end.
   *
   * @param streams at once
   * @param bodies file with a request of the chat completions API a line, distinct prompts
   */
  Round run(int streams, Path bodies) throws IOException;

  /**
   * Runs requests one after the other.
   *
   * @param bodies with answers of one token
   * @return milliseconds to the first token of each
   */
  double[] firstTokenMillis(List<String> bodies) throws IOException;

  /**
   * Runs requests at once.
   *
   * @param bodies with answers of one token; as many as it has sequences, or fewer
   * @return milliseconds from the first request to the first token of each
   */
  double[] firstTokenMillisTogether(List<String> bodies) throws IOException;

  /** Its process, without the client's. */
  Child process();

  @Override
  void close();

  /**
   * What a run came to.
   *
   * @param wallNanos from the first request to the last answer
   */
  record Round(long wallNanos, long promptTokens, long outputTokens) {

    /** Of all streams together. */
    double tokensPerSecond() {
      return outputTokens / (wallNanos / 1e9);
    }
  }
}
