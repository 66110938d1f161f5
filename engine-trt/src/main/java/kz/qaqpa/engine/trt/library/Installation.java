package kz.qaqpa.engine.trt.library;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.Enumeration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * TensorRT's libraries in a folder of the user's cache, unpacked from the jars that Maven fetches.
 *
 * <p>The folder appears whole or not at all: files are unpacked beside it, and it is renamed last.
 * Of CUDA only the runtime is taken; what TensorRT does not call is written as an empty library.
 */
public final class Installation {
  private static final Pattern LIBRARY =
      Pattern.compile(
          "org/bytedeco/(?:tensorrt|cuda)/linux-x86_64/"
              + "(libcudart\\.so\\.13|libnvinfer\\.so\\.11|libnvinfer_builder_resource[\\w.]*\\.so[\\w.]*)");

  private final Path folder;
  private final Consumer<String> progress;

  /**
   * @param folder as {@link #folder(Path)} names it
   * @param progress receives lines for a person
   */
  public Installation(Path folder, Consumer<String> progress) {
    this.folder = folder;
    this.progress = progress;
  }

  /** Where libraries are put: the launcher names the same folder to the system's loader. */
  public static Path folder() {
    return folder(Path.of(System.getProperty("user.home"), ".cache", "qaqpa"));
  }

  /** The same under another cache folder. */
  static Path folder(Path cacheFolder) {
    return cacheFolder.resolve("tensorrt-11.2-cuda-13.3").toAbsolutePath();
  }

  /** Whether the folder is there; it is never there in part. */
  public boolean present() {
    return Files.isRegularFile(folder.resolve(Libraries.NVINFER));
  }

  /**
   * Unpacks.
   *
   * @param jars those with libraries in them, others are passed over
   * @throws LibraryException if a library is in none of them, or the disk has no room; nothing is
   *     left behind
   */
  public void unpack(List<Path> jars) throws IOException {
    Path parent = folder.getParent();
    if (parent == null) {
      throw new IOException(folder + ": is no folder of a cache");
    }
    Files.createDirectories(parent);
    Path making = Files.createTempDirectory(parent, folder.getFileName() + "-");
    try {
      Set<String> found = new TreeSet<>();
      for (Path jar : jars) {
        unpack(jar, making, found);
      }
      requireWhole(found, jars);
      for (String name : Libraries.BESIDE) {
        new ElfStub(name).write(making.resolve(name));
      }
      move(making);
    } finally {
      delete(making);
    }
  }

  private void unpack(Path jar, Path making, Set<String> found) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
        ZipEntry entry = all.nextElement();
        Matcher library = LIBRARY.matcher(entry.getName());
        if (library.matches() && found.add(library.group(1))) {
          unpack(zip, entry, making.resolve(library.group(1)));
        }
      }
    }
  }

  private void unpack(ZipFile zip, ZipEntry entry, Path target) throws IOException {
    long room = Files.getFileStore(target.getParent()).getUsableSpace();
    if (entry.getSize() > room) {
      throw new LibraryException(
          folder + ": " + mebibytes(room) + " free (expected: " + mebibytes(entry.getSize()) + ")",
          null);
    }
    progress.accept("unpacking " + target.getFileName() + ", " + mebibytes(entry.getSize()));
    try (InputStream in = zip.getInputStream(entry)) {
      Files.copy(in, target);
    }
    try (FileChannel written = FileChannel.open(target, StandardOpenOption.WRITE)) {
      written.force(true);
    }
  }

  private static void requireWhole(Set<String> found, List<Path> jars) {
    for (String name : List.of(Libraries.CUDART, Libraries.NVINFER)) {
      if (!found.contains(name)) {
        throw new LibraryException(
            name
                + ": in none of "
                + jars.stream().map(jar -> String.valueOf(jar.getFileName())).sorted().toList()
                + " (expected: those of cuda-redist and of tensorrt with the classifier linux-x86_64-redist)",
            null);
      }
    }
  }

  private void move(Path making) throws IOException {
    try {
      Files.move(making, folder, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) { // A folder that is there is not replaced.
      if (!present()) {
        throw e;
      }
      progress.accept(folder + " was made meanwhile by another process, and is kept");
    }
  }

  private static void delete(Path tree) throws IOException {
    if (!Files.exists(tree)) {
      return;
    }
    try (Stream<Path> all = Files.walk(tree)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }

  private static String mebibytes(long bytes) {
    return Math.ceilDiv(bytes, 1L << 20) + " MiB";
  }
}
