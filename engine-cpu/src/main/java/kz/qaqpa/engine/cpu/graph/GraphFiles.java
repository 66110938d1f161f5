package kz.qaqpa.engine.cpu.graph;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Marks a folder of files as whole. The mark holds every file's size, and a checksum where the file
 * is small: reading gigabytes of weights to sum them would cost what mapping them saves.
 */
final class GraphFiles {
  private static final String MARK = "complete";
  private static final long CHECKSUM_UP_TO = 64 << 20;

  private GraphFiles() {}

  /** Forces the files to disk, then writes the mark. */
  static void seal(Path folder, List<String> names) throws IOException {
    for (String name : names) {
      try (FileChannel file = FileChannel.open(folder.resolve(name), StandardOpenOption.WRITE)) {
        file.force(true);
      }
    }
    Files.writeString(folder.resolve(MARK), mark(folder, names));
  }

  /** Whether the mark is there and the files are as it says. */
  static boolean complete(Path folder, List<String> names) {
    try {
      return Files.exists(folder.resolve(MARK))
          && Files.readString(folder.resolve(MARK)).equals(mark(folder, names));
    } catch (IOException incompleteOrMangled) {
      return false;
    }
  }

  private static String mark(Path folder, List<String> names) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (String name : names) {
      lines.append(line(folder.resolve(name), name)).append('\n');
    }
    return lines.toString();
  }

  private static String line(Path file, String name) throws IOException {
    long size = Files.size(file);
    if (size > CHECKSUM_UP_TO) {
      return name + " " + size;
    }
    CRC32C crc = new CRC32C();
    crc.update(Files.readAllBytes(file));
    return name + " " + size + " " + Long.toHexString(crc.getValue());
  }
}
