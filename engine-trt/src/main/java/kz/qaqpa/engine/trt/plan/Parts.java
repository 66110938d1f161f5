package kz.qaqpa.engine.trt.plan;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Files under way to their names. Each carries its process, whose end makes it rubbish. */
final class Parts {
  private static final Pattern NAME = Pattern.compile("writing-(\\d{1,18})-.*\\.part");

  private Parts() {}

  /** A new empty file; removed when a signal ends this process. */
  static Path in(Path folder) throws IOException {
    Path part =
        Files.createTempFile(folder, "writing-" + ProcessHandle.current().pid() + "-", ".part");
    part.toFile().deleteOnExit();
    return part;
  }

  /** Removes what processes left that were ended by force. */
  static void sweep(Path folder) throws IOException {
    try (DirectoryStream<Path> parts = Files.newDirectoryStream(folder, "writing-*.part")) {
      for (Path part : parts) {
        Matcher name = NAME.matcher(part.getFileName().toString());
        if (name.matches() && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty()) {
          Files.deleteIfExists(part);
        }
      }
    }
  }
}
