package kz.qaqpa.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a file five times a second and tells when its content has changed.
 *
 * <p>Contents are compared, not times, and no events are waited for: so it does not matter whether
 * an editor writes the file anew, puts another in its place, or a folder above it is a symbolic
 * link that is turned over, as Kubernetes does with a ConfigMap. A change counts once two looks in
 * a row have seen the same, so that a file which is being written is left alone. Any thread; the
 * listener is called on the watch's own.
 */
public final class FileWatch implements AutoCloseable {
  /** Time between two looks. */
  public static final Duration INTERVAL = Duration.ofMillis(200);

  private static final System.Logger LOG = System.getLogger(FileWatch.class.getName());

  private final Path file;
  private final Consumer<Seen> listener;
  private final Seen first;
  private Seen told;
  private Seen last;
  private @Nullable Thread thread;

  /**
   * A watch that has looked once; {@link #start} makes it go on.
   *
   * @param listener told each state that differs from the one before it
   */
  public FileWatch(Path file, Consumer<Seen> listener) {
    this.file = file;
    this.listener = listener;
    this.first = see(file);
    this.told = first;
    this.last = first;
  }

  /**
   * What a look has found.
   *
   * @param content the file's bytes, of a file over 1 MiB the first; empty if it cannot be read
   * @param trouble why it cannot be read, or null
   */
  @SuppressWarnings("ArrayRecordComponent") // Compared below; never changed.
  public record Seen(byte[] content, @Nullable String trouble) {
    private static final byte[] NOTHING = {};
    private static final String ABSENT = "no such file";

    /** Whether there is no such file. */
    public boolean isAbsent() {
      return ABSENT.equals(trouble);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Seen seen
          && Arrays.equals(content, seen.content)
          && Objects.equals(trouble, seen.trouble);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(content);
    }
  }

  /** What the first look found. */
  public Seen first() {
    return first;
  }

  /** Looks once, from any thread. */
  public Seen now() {
    return see(file);
  }

  /** Begins to look; once. */
  public synchronized void start() {
    thread = Thread.ofVirtual().name("watch-" + file.getFileName()).start(this::run);
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(INTERVAL);
        look();
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  /** One look; of one thread at a time. */
  void look() {
    Seen now = see(file);
    if (now.equals(last) && !now.equals(told)) {
      told = now;
      try {
        listener.accept(now);
      } catch (RuntimeException e) {
        LOG.log(System.Logger.Level.ERROR, file + ": a change could not be dealt with", e);
      }
    }
    last = now;
  }

  private static Seen see(Path file) {
    if (!Files.exists(file)) {
      return new Seen(Seen.NOTHING, Seen.ABSENT);
    }
    if (!Files.isRegularFile(file)) {
      return new Seen(Seen.NOTHING, "not a regular file");
    }
    try (InputStream in = Files.newInputStream(file)) {
      return new Seen(in.readNBytes(YamlReader.MAX_BYTES + 1), null);
    } catch (IOException e) {
      return new Seen(Seen.NOTHING, "cannot be read");
    }
  }

  @Override
  public synchronized void close() {
    if (thread != null) {
      thread.interrupt();
    }
  }
}
