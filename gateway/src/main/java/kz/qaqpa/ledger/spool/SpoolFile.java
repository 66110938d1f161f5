package kz.qaqpa.ledger.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import kz.qaqpa.file.PrivateFile;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One file of the spool: written to once, from its beginning to its end. Guarded by the spool. */
final class SpoolFile {
  private static final Logger LOG = LoggerFactory.getLogger(SpoolFile.class);

  private final Path path;
  private @Nullable FileChannel channel;
  private long bytes;
  private int records;
  private int taken;
  private long oldestMillis;
  private boolean damaged;

  private SpoolFile(Path path, @Nullable FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /** A new one, whose name survives the loss of power. */
  static SpoolFile create(Path path) throws IOException {
    FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    PrivateFile.forceNames(path.toAbsolutePath().resolveSibling("."));
    return new SpoolFile(path, channel);
  }

  /** One that an earlier process left behind. */
  static SpoolFile found(Path path) throws IOException {
    SpoolFile file = new SpoolFile(path, null);
    file.bytes = Files.size(path);
    Frames.Found found = file.read();
    if (found.torn() > 0) {
      LOG.warn("{}: {} bytes at the end are no whole record: dropped", path, found.torn());
    }
    if (found.damaged() > 0) {
      LOG.error("{}: {} bytes are damaged; what is whole is kept", path, found.damaged());
    }
    file.records = found.records().size();
    file.damaged = found.damaged() > 0;
    file.oldestMillis = file.records == 0 ? 0 : found.records().getFirst().writtenMillis();
    return file;
  }

  /**
   * Appends records and waits until the disk has them; all or none, as far as readers can tell.
   *
   * @throws IOException if the disk does not take them; the file takes no more then
   */
  void append(List<byte[]> group, long nowMillis) throws IOException {
    FileChannel open = channel;
    if (open == null) {
      throw new IOException("closed");
    }
    int size = group.stream().mapToInt(Frames::size).sum();
    ByteBuffer buffer = ByteBuffer.allocate(size);
    group.forEach(record -> Frames.put(buffer, record, nowMillis));
    buffer.flip();
    try {
      while (buffer.hasRemaining()) {
        open.write(buffer);
      }
      open.force(false);
    } catch (IOException e) {
      undo(open);
      throw e;
    }
    if (records == 0) {
      oldestMillis = nowMillis;
    }
    records += group.size();
    bytes += size;
  }

  /** After a failed sync nobody knows what the disk has; what is left reads as torn, or twice. */
  private void undo(FileChannel open) {
    try {
      open.truncate(bytes);
    } catch (IOException e) {
      damaged = true;
    }
    seal();
  }

  /** Takes no more. */
  void seal() {
    FileChannel open = channel;
    channel = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        damaged = true;
      }
    }
  }

  boolean isOpen() {
    return channel != null;
  }

  /** Everything in it, also what was taken already. */
  Frames.Found read() throws IOException {
    return Frames.read(ByteBuffer.wrap(Files.readAllBytes(path)));
  }

  /** Counts records that are elsewhere now; the oldest of the rest is not older than the last. */
  void taken(int count, long lastMillis) {
    taken += count;
    oldestMillis = lastMillis;
  }

  int left() {
    return records - taken;
  }

  int takenSoFar() {
    return taken;
  }

  long oldestMillis() {
    return oldestMillis;
  }

  long bytes() {
    return bytes;
  }

  Path path() {
    return path;
  }

  /** Something in it could not be read: kept aside, for people. */
  void markDamaged() {
    damaged = true;
  }

  void remove() throws IOException {
    seal();
    if (damaged) {
      Files.move(
          path,
          path.resolveSibling(path.getFileName() + ".damaged"),
          StandardCopyOption.REPLACE_EXISTING);
    } else {
      Files.deleteIfExists(path);
    }
  }
}
