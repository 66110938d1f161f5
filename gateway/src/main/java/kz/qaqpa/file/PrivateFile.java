package kz.qaqpa.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Small files that only the gateway's own user may read. A file is there as it was or as it is
 * meant to be, never half of it, also when the power goes. Functions only; they wait for the disk.
 */
public final class PrivateFile {
  private static final boolean POSIX =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

  private PrivateFile() {}

  /**
   * Writes a file in place of the one that is there, if there is one.
   *
   * @param file its folder is made if it is missing
   * @throws IOException if it cannot be written; then what was there still is
   */
  public static void write(Path file, byte[] content) throws IOException {
    Path folder = folder(file);
    Path draft = Files.createTempFile(folder, file.getFileName().toString(), ".new", mode(false));
    try {
      try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
        writeAll(channel, content);
        channel.force(true);
      }
      // Replaces a link itself, not what it points to.
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
      forceNames(folder);
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  private static Path folder(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      throw new IOException(file + ": no file");
    }
    makeFolder(folder);
    return folder;
  }

  /** Makes a folder that only the gateway's own user may look into, if it is missing. */
  public static void makeFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder, mode(true));
    }
  }

  private static FileAttribute<?>[] mode(boolean folder) {
    return POSIX
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(
              PosixFilePermissions.fromString(folder ? "rwx------" : "rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  private static void writeAll(FileChannel channel, byte[] content) throws IOException {
    ByteBuffer left = ByteBuffer.wrap(content);
    while (left.hasRemaining()) {
      channel.write(left);
    }
  }

  /** Waits until the disk has the names in a folder: without its name a file is lost. */
  public static void forceNames(Path folder) throws IOException {
    if (POSIX) {
      try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
        names.force(true);
      }
    }
  }
}
