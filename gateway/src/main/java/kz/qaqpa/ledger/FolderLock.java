package kz.qaqpa.ledger;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import kz.qaqpa.file.PrivateFile;
import kz.qaqpa.ledger.db.DatabaseFailure;
import org.jspecify.annotations.Nullable;

/** The folder of the ledger, held by one gateway; nobody but its user can look into it. */
final class FolderLock implements AutoCloseable {
  private final FileChannel channel;

  private FolderLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Makes the folder if need be, and holds it.
   *
   * @throws DatabaseFailure if it cannot be used, or another gateway holds it
   */
  static FolderLock take(Path folder) {
    try {
      PrivateFile.makeFolder(folder);
      FileChannel channel =
          FileChannel.open(
              folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!hold(channel)) {
        channel.close();
        throw new DatabaseFailure(
            "ledger.folder: "
                + folder
                + ": another gateway uses it (expected: a folder of its own for each)",
            null);
      }
      return new FolderLock(channel);
    } catch (IOException e) {
      throw unusable(folder, e);
    }
  }

  private static boolean hold(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // One in this very process.
    }
  }

  static DatabaseFailure unusable(Path folder, @Nullable IOException e) {
    return new DatabaseFailure(
        "ledger.folder: " + folder + ": cannot be used (expected: a folder to write in)", e);
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // The process gives it up with its end.
    }
  }
}
