package kz.qaqpa.engine.trt;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What of NVIDIA's software a Linux machine has. Looks at files only: loads no library, starts no
 * driver.
 */
final class NvidiaProbe {
  private static final String DEVICE = "dev/nvidiactl";
  private static final List<String> FOLDERS =
      List.of(
          "lib64",
          "usr/lib",
          "usr/lib64",
          "usr/local/lib",
          "usr/local/nvidia/lib64",
          "usr/local/cuda/lib64",
          "usr/local/cuda/compat",
          "usr/local/tensorrt/lib",
          "opt/tensorrt/lib");

  private final Path root;

  /**
   * @param root the file system to look at, {@code /} but in tests
   */
  NvidiaProbe(Path root) {
    this.root = root;
  }

  /** What is there, or the first thing that is missing; completes "this machine has …". */
  String found() {
    if (!Files.exists(root.resolve(DEVICE))) {
      return "no NVIDIA driver (/" + DEVICE + " is missing)";
    }
    if (library("libcuda.so.1").isEmpty()) {
      return "an NVIDIA device but not the driver's library (libcuda.so.1 is missing)";
    }
    // The runtime's name ends in its major version; libnvinfer_plugin and others are not it.
    return library("libnvinfer.so*")
        .map(path -> "an NVIDIA driver and TensorRT (/" + root.relativize(path) + ")")
        .orElse("an NVIDIA driver but no TensorRT (libnvinfer.so is missing)");
  }

  private Optional<Path> library(String glob) {
    return folders().stream().flatMap(folder -> list(folder, glob).stream()).findFirst();
  }

  private List<Path> folders() {
    List<Path> folders = new ArrayList<>();
    FOLDERS.forEach(folder -> folders.add(root.resolve(folder)));
    // Debian's places: one folder for each architecture.
    folders.addAll(list(root.resolve("usr/lib"), "*-linux-gnu"));
    return folders;
  }

  /** Files of this name; none of a folder that cannot be listed: nothing could be loaded there. */
  private static List<Path> list(Path folder, String glob) {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, glob)) {
      files.forEach(found::add);
    } catch (IOException e) {
      return List.of();
    }
    return found;
  }
}
