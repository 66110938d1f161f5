package kz.qaqpa.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Programs of this machine, run to their end. */
final class Programs {
  private Programs() {}

  /**
   * Runs a program; what it writes to its error output is seen.
   *
   * @return its output, without the last line's end
   * @throws IOException if it cannot be started or fails
   */
  static String run(List<String> command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String output;
    try (InputStream in = process.getInputStream()) {
      output = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    int status = process.waitFor();
    if (status != 0) {
      throw new IOException(command.getFirst() + ": ended with " + status + ", see above");
    }
    return output.stripTrailing();
  }
}
