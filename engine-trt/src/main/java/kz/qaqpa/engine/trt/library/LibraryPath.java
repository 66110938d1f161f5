package kz.qaqpa.engine.trt.library;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Folders in which NVIDIA's libraries may lie, the machine's own before the one that {@code ./qaqpa
 * engine install trt} fills.
 *
 * @param folders in the order in which they are asked
 */
public record LibraryPath(List<Path> folders) {
  private static final List<String> USUAL =
      List.of(
          "usr/local/tensorrt/lib",
          "opt/tensorrt/lib",
          "usr/local/cuda/lib64",
          "usr/local/cuda/targets/x86_64-linux/lib",
          "usr/local/cuda/compat",
          "usr/local/nvidia/lib64",
          "usr/local/lib",
          "lib64",
          "usr/lib64",
          "usr/lib");

  public LibraryPath {
    folders = List.copyOf(folders);
  }

  /** The folders of this machine, {@code LD_LIBRARY_PATH} first. */
  public static LibraryPath here() {
    String libraryPath = System.getenv().getOrDefault("LD_LIBRARY_PATH", "");
    return of(Path.of("/"), libraryPath, Installation.folder());
  }

  /**
   * The folders of a machine.
   *
   * @param root the file system to look at, {@code /} but in tests
   * @param libraryPath {@code LD_LIBRARY_PATH}, may be empty
   * @param installed where Qaqpa puts libraries
   */
  public static LibraryPath of(Path root, String libraryPath, Path installed) {
    List<Path> folders = new ArrayList<>();
    Arrays.stream(libraryPath.split(":", -1))
        .filter(entry -> entry.startsWith("/"))
        .map(entry -> root.resolve(entry.substring(1)))
        .filter(folder -> !folder.equals(installed))
        .forEach(folders::add);
    USUAL.forEach(folder -> folders.add(root.resolve(folder)));
    // Debian's places: one folder for each architecture.
    folders.addAll(list(root.resolve("usr/lib"), "*-linux-gnu"));
    folders.add(installed);
    return new LibraryPath(folders);
  }

  /** The first file of this name; of several that fit a pattern, the last by name. */
  public Optional<Path> find(String glob) {
    return folders.stream().flatMap(folder -> list(folder, glob).stream().limit(1)).findFirst();
  }

  /** All files of this name, by folder. */
  public List<Path> findAll(String glob) {
    return folders.stream().flatMap(folder -> list(folder, glob).stream()).toList();
  }

  /** Files of this name, newest first; none of a folder that cannot be listed. */
  private static List<Path> list(Path folder, String glob) {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, glob)) {
      files.forEach(found::add);
    } catch (IOException e) {
      return List.of(); // Nothing could be loaded from there either.
    }
    found.sort(Collections.reverseOrder());
    return found;
  }
}
