package kz.qaqpa.engine.cpu.graph;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import kz.qaqpa.engine.cpu.onnx.PageAlignment;
import kz.qaqpa.engine.model.Checkpoint;

/**
 * Graphs made from checkpoints, optimised, with their weights already in the layout that the
 * kernels of this CPU read, kept on disk: the next start maps them.
 *
 * <p>One folder an entry: for each part {@code model-N.onnx} and {@code model-N.data}, and, written
 * last, a {@code complete} file with their sizes. An entry is made in a folder of another name and
 * renamed when it is whole, so that a crash leaves nothing that could be taken for one. Makers of
 * the same entry, in this process or another, wait for each other on a file lock, which dies with
 * its owner.
 *
 * <p>Safe for any number of threads and processes.
 */
public final class GraphCache {
  /** Locks of files do not exclude threads of one process. */
  private static final ReentrantLock THIS_PROCESS = new ReentrantLock();

  private final OrtEnvironment environment;
  private final Path folder;
  private final Consumer<String> progress;

  /**
   * A graph on disk.
   *
   * @param home the folder that holds it
   * @param parts into how many graphs it is cut
   * @param cached whether the file stays for the next start
   * @param millis time that making it took, 0 if it was there
   */
  public record Entry(Path home, int parts, boolean cached, long millis) implements AutoCloseable {
    /** Removes a graph that could not be kept; a session that has it open is not disturbed. */
    @Override
    public void close() {
      if (!cached) {
        FileTrees.delete(home);
      }
    }

    /** The files that ONNX Runtime opens, in the order in which they run. */
    public List<Path> models() {
      return IntStream.range(0, parts).mapToObj(part -> home.resolve(model(part))).toList();
    }
  }

  public GraphCache(OrtEnvironment environment, Path folder, Consumer<String> progress) {
    this.environment = environment;
    this.folder = folder;
    this.progress = progress;
  }

  /**
   * Finds or makes the graph. If the folder cannot be written, makes it in a temporary one.
   *
   * @throws IllegalArgumentException if the precision does not fit the model's sizes
   */
  public Entry open(GraphKey key, Checkpoint checkpoint) throws IOException, OrtException {
    Path entry = folder.resolve(key.name());
    if (GraphFiles.complete(entry, files(key.parts()))) {
      return new Entry(entry, key.parts(), true, 0);
    }
    String obstacle = FileTrees.obstacleToWriting(folder);
    if (obstacle.isEmpty()) {
      return makeOrAwait(entry, checkpoint, key);
    }
    progress.accept(
        "engine.cacheFolder: "
            + folder
            + " ("
            + obstacle
            + "); the graph is made anew at each start");
    long start = System.nanoTime();
    Path temporary = Files.createTempDirectory("qaqpa-graph");
    try {
      make(temporary, checkpoint, key);
    } catch (IOException | OrtException | RuntimeException failure) {
      FileTrees.delete(temporary);
      throw failure;
    }
    return new Entry(temporary, key.parts(), false, millisSince(start));
  }

  /** Removes an entry that turned out to be unusable. */
  public void discard(GraphKey key) {
    FileTrees.delete(folder.resolve(key.name()));
  }

  private Entry makeOrAwait(Path entry, Checkpoint checkpoint, GraphKey key)
      throws IOException, OrtException {
    long start = System.nanoTime();
    THIS_PROCESS.lock();
    try (FileChannel file =
            FileChannel.open(
                folder.resolve(entry.getFileName() + ".lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock lock = lock(file)) {
      assert lock.isValid();
      if (GraphFiles.complete(entry, files(key.parts()))) {
        return new Entry(entry, key.parts(), true, millisSince(start));
      }
      FileTrees.delete(entry);
      // Only the holder of the lock makes this folder: what is left of one is a crash's.
      Path making = folder.resolve(entry.getFileName() + ".part");
      FileTrees.delete(making);
      Files.createDirectory(making);
      try {
        make(making, checkpoint, key);
        Files.move(making, entry, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        FileTrees.delete(making);
      }
      return new Entry(entry, key.parts(), true, millisSince(start));
    } finally {
      THIS_PROCESS.unlock();
    }
  }

  private FileLock lock(FileChannel file) throws IOException {
    FileLock lock = file.tryLock();
    if (lock != null) {
      return lock;
    }
    progress.accept("waiting for another process that prepares the same model");
    return file.lock();
  }

  private void make(Path target, Checkpoint checkpoint, GraphKey key)
      throws IOException, OrtException {
    Precision precision = key.precision();
    progress.accept(
        "preparing the model as " + precision.setting() + " (once for this model and machine)");
    List<LayerRange> ranges = LayerRange.cut(checkpoint.config(), key.parts());
    for (int part = 0; part < ranges.size(); part++) {
      make(target, checkpoint, precision, ranges.get(part), part);
    }
    GraphFiles.seal(target, files(key.parts()));
  }

  private void make(
      Path target, Checkpoint checkpoint, Precision precision, LayerRange range, int part)
      throws IOException, OrtException {
    Path plain = target.resolve("plain.onnx");
    Path plainData = target.resolve("plain.data");
    LlamaGraph.write(checkpoint, precision, range, plain, plainData);
    Path packed = target.resolve("packed.onnx");
    Path packedData = target.resolve("packed.data");
    optimise(plain, packed, "packed.data");
    Files.delete(plain);
    Files.delete(plainData);
    Path data = target.resolve(data(part));
    PageAlignment.copy(packed, packedData, target.resolve(model(part)), data, data(part));
    Files.delete(packed);
    Files.delete(packedData);
  }

  /** Opens the plain graph once so that the runtime writes it as it runs it on this CPU. */
  private void optimise(Path plain, Path optimised, String data) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.EXTENDED_OPT);
      options.setOptimizedModelFilePath(optimised.toString());
      options.addConfigEntry("session.save_external_prepacked_constant_initializers", "1");
      options.addConfigEntry("session.optimized_model_external_initializers_file_name", data);
      options.addConfigEntry(
          "session.optimized_model_external_initializers_min_size_in_bytes", "1024");
      environment.createSession(plain.toString(), options).close();
    }
  }

  static List<String> files(int parts) {
    return IntStream.range(0, parts).boxed().flatMap(i -> Stream.of(model(i), data(i))).toList();
  }

  private static String model(int part) {
    return "model-" + part + ".onnx";
  }

  private static String data(int part) {
    return "model-" + part + ".data";
  }

  private static long millisSince(long start) {
    return (System.nanoTime() - start) / 1_000_000;
  }
}
