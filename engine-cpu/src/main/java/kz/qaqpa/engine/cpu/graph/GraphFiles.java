package kz.qaqpa.engine.cpu.graph;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
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
    List<String> lines = new ArrayList<>();
    for (String name : names) {
      Path file = folder.resolve(name);
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      lines.add(line(file, name));
    }
    Files.write(folder.resolve(MARK), lines);
  }

  /** Whether the mark is there and the files are as it says. */
  static boolean complete(Path folder) {
    try {
      for (String line : Files.readAllLines(folder.resolve(MARK))) {
        String name = line.substring(0, line.indexOf(' '));
        if (!line.equals(line(folder.resolve(name), name))) {
          return false;
        }
      }
      return true;
    } catch (IOException | RuntimeException absentOrMangled) {
      return false;
    }
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
