package kz.qaqpa.ledger.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records on this machine's disk, first in, first out, in files of a few megabytes. What was
 * appended is on the disk before {@link #append} returns, and is there again after a restart; it
 * may then come out a second time. Bounded. Any thread; appending and taking wait for the disk.
 */
public final class Spool implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Spool.class);
  private static final String SUFFIX = ".spool";
  private static final long MAX_FILE = 4L << 20;

  /** At least so many files, so that dropping the oldest loses a small part. */
  private static final int FILES = 64;

  /** The part that only records of requests already let in may use. */
  private static final int RESERVED_PART = 8;

  private final Path folder;
  private final long capacity;
  private final boolean dropOldest;
  private final InstantSource clock;
  private final Deque<SpoolFile> files = new ArrayDeque<>();
  private long nextNumber;
  private long bytes;
  private long records;
  private long dropped;
  private boolean broken;

  /** What may be asked without waiting for the disk. */
  private volatile State state = new State(0, 0, 0, 0, 0, null);

  private Spool(Path folder, long capacity, boolean dropOldest, InstantSource clock) {
    this.folder = folder;
    this.capacity = capacity;
    this.dropOldest = dropOldest;
    this.clock = clock;
  }

  /**
   * What is in it.
   *
   * @param records that wait
   * @param bytes of files
   * @param capacity bytes of files at most: what it was given, and what its disk had room for when
   *     it was last written to
   * @param dropped records lost since the start because there was no room
   * @param oldestMillis when the oldest record that waits was written, or 0: at least as old as it
   * @param full why no new work should be begun, in words for people; null while there is room for
   *     more than the records of work under way
   */
  public record State(
      long records,
      long bytes,
      long capacity,
      long dropped,
      long oldestMillis,
      @Nullable String full) {}

  /**
   * Opens it, with what earlier processes left.
   *
   * @param folder exists, and is of this process alone
   * @param capacity bytes of files at most
   * @param dropOldest whether the oldest records give way where there is no room
   * @throws IOException if the folder cannot be read
   */
  public static Spool open(Path folder, long capacity, boolean dropOldest, InstantSource clock)
      throws IOException {
    Spool spool = new Spool(folder, capacity, dropOldest, clock);
    List<Path> left;
    try (Stream<Path> paths = Files.list(folder)) {
      left = paths.filter(path -> path.toString().endsWith(SUFFIX)).sorted().toList();
    }
    for (Path path : left) {
      spool.adopt(path);
    }
    spool.publish();
    return spool;
  }

  private void adopt(Path path) throws IOException {
    String name = path.getFileName().toString();
    nextNumber = Math.max(nextNumber, Long.parseLong(name.substring(0, name.indexOf('.'))) + 1);
    SpoolFile file = SpoolFile.found(path);
    files.add(file);
    bytes += file.bytes();
    records += file.left();
  }

  /**
   * Appends records, all or none.
   *
   * @return whether there was room for them
   * @throws IOException if the disk does not take them
   */
  public synchronized boolean append(List<byte[]> group) throws IOException {
    long size = group.stream().mapToLong(Frames::size).sum();
    try {
      while (bytes + size > capacity) {
        if (!dropOldest || files.isEmpty()) {
          return false;
        }
        dropOldest();
      }
      file().append(group, clock.millis());
      broken = false;
      bytes += size;
      records += group.size();
      return true;
    } catch (IOException e) {
      broken = true;
      throw e;
    } finally {
      publish();
    }
  }

  private void publish() {
    long oldest = 0;
    for (SpoolFile file : files) {
      if (file.left() > 0) {
        oldest = file.oldestMillis();
        break;
      }
    }
    long most = Math.min(capacity, bytes + folder.toFile().getUsableSpace());
    state = new State(records, bytes, most, dropped, oldest, full());
  }

  private @Nullable String full() {
    if (broken) {
      return "the disk of the spool takes nothing";
    }
    return !dropOldest && bytes > capacity - capacity / RESERVED_PART ? "the spool is full" : null;
  }

  private SpoolFile file() throws IOException {
    SpoolFile last = files.peekLast();
    if (last != null && last.isOpen()) {
      if (last.bytes() < Math.min(MAX_FILE, capacity / FILES)) {
        return last;
      }
      last.seal();
    }
    SpoolFile next = SpoolFile.create(folder.resolve("%012d%s".formatted(nextNumber, SUFFIX)));
    nextNumber++;
    files.add(next);
    return next;
  }

  private void dropOldest() throws IOException {
    SpoolFile oldest = files.getFirst();
    dropped += oldest.left();
    LOG.error("{}: no room: {} records are lost", folder, oldest.left());
    remove(oldest);
  }

  private void remove(SpoolFile file) throws IOException {
    files.remove(file);
    bytes -= file.bytes();
    records -= file.left();
    file.remove();
  }

  /**
   * The records of the oldest file that were not taken yet, which takes no more then. They stay
   * until they are {@linkplain Batch#taken taken}.
   *
   * @return null if there is none
   */
  public synchronized @Nullable Batch oldest() throws IOException {
    SpoolFile file = files.peekFirst();
    while (file != null) {
      file.seal();
      Frames.Found found = file.read();
      List<Frames.Frame> left =
          found
              .records()
              .subList(Math.min(file.takenSoFar(), found.records().size()), found.records().size());
      if (!left.isEmpty()) {
        return new Batch(file, left);
      }
      remove(file); // All taken, or nothing whole in it.
      publish();
      file = files.peekFirst();
    }
    return null;
  }

  /** Records of one file, in their order. Used by one thread. */
  public final class Batch {
    private final SpoolFile file;
    private final List<Frames.Frame> frames;
    private int taken;

    private Batch(SpoolFile file, List<Frames.Frame> frames) {
      this.file = file;
      this.frames = frames;
    }

    /** At most so many of those not yet taken. */
    public List<byte[]> next(int most) {
      return frames.subList(taken, Math.min(taken + most, frames.size())).stream()
          .map(Frames.Frame::record)
          .toList();
    }

    /** So many of the first are elsewhere now; with the last one the file goes. */
    public void taken(int count) throws IOException {
      synchronized (Spool.this) {
        taken += count;
        if (!files.contains(file)) {
          return; // It was dropped meanwhile.
        }
        file.taken(count, frames.get(taken - 1).writtenMillis());
        records -= count;
        if (taken == frames.size()) {
          remove(file);
        }
        publish();
      }
    }

    /** Something in it is no record that this version knows: its file is kept aside in the end. */
    public void keepAside() {
      synchronized (Spool.this) {
        file.markDamaged();
      }
    }
  }

  /** After a failure: finds out whether the disk works again. */
  public synchronized void probe() {
    if (!broken) {
      return;
    }
    Path file = folder.resolve("probe");
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE)) {
      channel.write(ByteBuffer.allocate(Frames.MAX_RECORD));
      channel.force(false);
      broken = false;
      publish();
    } catch (IOException e) {
      LOG.debug("{}: still takes nothing", folder);
    }
  }

  /** As of the last change; does not wait. */
  public State state() {
    return state;
  }

  /** Lets go of the files; what is in them stays. */
  @Override
  public synchronized void close() {
    files.forEach(SpoolFile::seal);
  }
}
