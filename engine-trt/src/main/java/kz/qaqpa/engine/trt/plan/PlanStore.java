package kz.qaqpa.engine.trt.plan;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * Finds the plan for a key, or has it built and keeps it.
 *
 * <p>A plan of another model, precision, shape or network is stale: it is built anew over the old
 * one. A plan of another GPU or TensorRT in a file that the user named is foreign: it belongs to
 * another machine, and is refused and left as it is, like a file that is no plan at all. In the
 * cache folder, which is ours, whatever does not fit is replaced.
 */
public final class PlanStore {
  private final Path folder;
  private final Consumer<String> progress;

  /** Makes what a file lacks. */
  public interface Build {
    /**
     * Builds.
     *
     * @param timingCache measured kernels of earlier builds; may not exist; may be replaced by
     *     {@link #keepTimings}
     * @return the plan in memory that the arena owns
     */
    MemorySegment plan(PlanKey key, Path timingCache, Arena arena) throws IOException;
  }

  /**
   * A plan.
   *
   * @param file where it is kept
   * @param body as TensorRT serialised it
   * @param built whether it was built now
   */
  public record Entry(Path file, MemorySegment body, boolean built) {}

  /**
   * @param folder the cache folder for plans
   * @param progress receives lines for a person
   */
  public PlanStore(Path folder, Consumer<String> progress) {
    this.folder = folder;
    this.progress = progress;
  }

  /**
   * Opens or builds.
   *
   * @param named the file that the user named, if any
   * @param arena owns the plan's memory
   * @throws PlanException if the named file is foreign, or no plan; it names the field
   */
  public Entry open(PlanKey key, Optional<Path> named, Build build, Arena arena)
      throws IOException {
    Path file = named.orElseGet(() -> folder.resolve(key.fileName()));
    if (Files.exists(file)) {
      try {
        refuseForeign(file, key, named.isPresent());
        return new Entry(file, PlanFile.read(file, key, arena), false);
      } catch (Stale stale) {
        progress.accept("plan " + file + ": " + stale.getMessage() + ": built anew");
      } catch (PlanException damaged) {
        if (named.isPresent()) {
          throw damaged;
        }
        progress.accept(damaged.getMessage() + ": built anew");
      }
    }
    return build(key, file, build, arena);
  }

  /** Sizes that a plan was built for, as text; see {@link #sizes}. */
  public record Sizes(String precision, String maxBatch, String maxLength) {}

  /**
   * Sizes of a plan that exists already, to open it with.
   *
   * @throws PlanException if the file is there and is no plan
   */
  public static Optional<Sizes> sizes(Path file) throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    PlanHeader header = PlanFile.header(file);
    return Optional.of(
        new Sizes(
            header.value("precision", "bf16|fp8|f32"),
            header.value("maxBatch", "[1-9][0-9]{0,3}"),
            header.value("maxLength", "[1-9][0-9]{0,6}")));
  }

  private static final class Stale extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Stale(String message) {
      super(message);
    }
  }

  /** Tells stale from foreign by the header; a plan that fits passes. */
  private static void refuseForeign(Path file, PlanKey key, boolean named) throws IOException {
    PlanHeader header = PlanFile.header(file);
    Set<String> differences = new TreeSet<>(header.differences(key));
    Set<String> machine = new TreeSet<>(differences);
    machine.retainAll(PlanKey.OF_THE_MACHINE);
    if (named && !machine.isEmpty()) {
      String first = machine.iterator().next();
      throw new PlanException(
          file,
          header.difference(first, key)
              + "; a plan works on the kind of machine that built it: name another --out, or none",
          null);
    }
    if (!differences.isEmpty()) {
      throw new Stale(header.difference(differences.iterator().next(), key));
    }
  }

  private Entry build(PlanKey key, Path file, Build build, Arena arena) throws IOException {
    requireWritable(file);
    MemorySegment body = build.plan(key, folder.resolve(key.timingName()), arena);
    PlanFile.write(file, key, body);
    return new Entry(file, body, true);
  }

  /** Before minutes are spent on what could not be kept. */
  private static void requireWritable(Path file) throws IOException {
    Path parent = file.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
      Parts.sweep(parent);
      Files.delete(Parts.in(parent));
    }
  }

  /** Keeps measured kernels; a cache that cannot be written costs time at the next build only. */
  public static void keepTimings(Path file, MemorySegment timings) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      return;
    }
    Files.createDirectories(folder);
    Path part = Parts.in(folder);
    try {
      Files.write(part, timings.toArray(ValueLayout.JAVA_BYTE));
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
