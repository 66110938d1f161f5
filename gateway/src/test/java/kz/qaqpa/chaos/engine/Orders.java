package kz.qaqpa.chaos.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/**
 * A file through which a test tells an engine in another process what to do next; it is gone once
 * the engine does it.
 */
public final class Orders {
  /** Names the file to the engine's process. */
  static final String PROPERTY = "qaqpa.chaos.orders";

  private final Path file;
  private final Path taken;

  public Orders(Path file) {
    this.file = file;
    this.taken = file.resolveSibling(file.getFileName() + ".taken");
  }

  static Orders ofThisProcess() {
    return new Orders(Path.of(System.getProperty(PROPERTY)));
  }

  /** A flag of the JVM that is to take them. */
  public String flag() {
    return "-D" + PROPERTY + "=" + file;
  }

  /** Gives one; it is done before the next step that has rows. */
  public void give(Order order) throws IOException {
    Path written =
        Files.writeString(file.resolveSibling(file.getFileName() + ".new"), order.name());
    Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Whether the last one was taken. */
  public boolean taken() {
    return !Files.exists(file);
  }

  /** The one that waits, which does so no more. */
  @Nullable Order take() {
    if (!Files.exists(file)) {
      return null;
    }
    try {
      Files.move(file, taken, StandardCopyOption.ATOMIC_MOVE);
      return Order.valueOf(Files.readString(taken));
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
