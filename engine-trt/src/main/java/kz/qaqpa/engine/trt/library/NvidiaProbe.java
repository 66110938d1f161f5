package kz.qaqpa.engine.trt.library;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What of NVIDIA's software a Linux machine has. Looks at files first, and starts the driver only
 * where there is one; loads nothing of TensorRT.
 */
public final class NvidiaProbe {
  /** CUDA 13.0, which driver 580 brings; the bindings are of CUDA 13. */
  static final int OLDEST_CUDA = 13_000;

  private static final String OLDEST_DRIVER = "CUDA 13.0, driver 580 or later";
  private static final String DEVICE = "dev/nvidiactl";
  private static final String DRIVER = "libcuda.so.1";

  /** Attention with ragged lengths has kernels from Ampere on. */
  private static final int OLDEST_CAPABILITY = 8;

  private final Path root;
  private final LibraryPath path;
  private final Driver.Probe driver;

  /** What was found. */
  public sealed interface Finding {
    /** One sentence part for a person. */
    String text();
  }

  /**
   * Everything is there.
   *
   * @param libraries where
   * @param gpu the one to use, the driver's first
   * @param cudaVersion newest CUDA of the driver, 13030 for 13.3
   */
  public record Usable(Libraries libraries, Gpu gpu, int cudaVersion) implements Finding {
    @Override
    public String text() {
      return gpu.name()
          + " (compute capability "
          + gpu.capability()
          + ", "
          + (gpu.memoryBytes() >> 30)
          + " GiB), driver with CUDA "
          + shown(cudaVersion)
          + ", TensorRT at "
          + libraries.nvinfer();
    }
  }

  /** Something is missing; the text names the first such thing. */
  public record Missing(String text) implements Finding {}

  /**
   * @param root the file system to look at, {@code /} but in tests
   * @param path where libraries may lie
   * @param driver starts a driver
   */
  public NvidiaProbe(Path root, LibraryPath path, Driver.Probe driver) {
    this.root = root;
    this.path = path;
    this.driver = driver;
  }

  /** Looks. */
  public Finding find() {
    if (!Files.exists(root.resolve(DEVICE))) {
      return new Missing("no NVIDIA driver (/" + DEVICE + " is missing)");
    }
    Optional<Path> libcuda = path.find(DRIVER);
    if (libcuda.isEmpty()) {
      return new Missing(
          "an NVIDIA device but not the driver's library (" + DRIVER + " is missing)");
    }
    Driver started;
    try {
      started = driver.start(libcuda.get());
    } catch (LibraryException e) {
      return new Missing("an NVIDIA driver that does not start (" + e.getMessage() + ")");
    }
    return unfit(started).or(this::missingLibrary).orElseGet(() -> usable(started));
  }

  private static Optional<Finding> unfit(Driver driver) {
    if (driver.cudaVersion() < OLDEST_CUDA) {
      return Optional.of(
          new Missing(
              "an NVIDIA driver with CUDA "
                  + shown(driver.cudaVersion())
                  + " (expected: "
                  + OLDEST_DRIVER
                  + ")"));
    }
    if (driver.gpus().isEmpty()) {
      return Optional.of(new Missing("an NVIDIA driver but no GPU"));
    }
    Gpu gpu = driver.gpus().getFirst();
    if (gpu.major() < OLDEST_CAPABILITY) {
      return Optional.of(
          new Missing(
              gpu.name()
                  + " of compute capability "
                  + gpu.capability()
                  + " (expected: "
                  + OLDEST_CAPABILITY
                  + ".0 or later)"));
    }
    return Optional.empty();
  }

  private Optional<Finding> missingLibrary() {
    for (String name : List.of(Libraries.CUDART, Libraries.NVINFER)) {
      if (path.find(name).isEmpty()) {
        return Optional.of(
            new Missing(
                "an NVIDIA driver but no TensorRT ("
                    + name
                    + " is missing; ./qaqpa engine install trt brings it)"));
      }
    }
    return Optional.empty();
  }

  private Finding usable(Driver driver) {
    return new Usable(libraries(path), driver.gpus().getFirst(), driver.cudaVersion());
  }

  /**
   * The libraries of a path.
   *
   * @throws LibraryException naming the first that is missing
   */
  public static Libraries libraries(LibraryPath path) {
    return new Libraries(
        required(path, Libraries.CUDART),
        required(path, Libraries.NVINFER),
        path.findAll(Libraries.BUILDER_RESOURCES),
        Libraries.BESIDE.stream().flatMap(name -> path.find(name).stream()).toList());
  }

  private static Path required(LibraryPath path, String name) {
    return path.find(name)
        .orElseThrow(
            () -> new LibraryException(name + ": missing (expected: in " + path + ")", null));
  }

  private static String shown(int cudaVersion) {
    return cudaVersion / 1000 + "." + cudaVersion % 1000 / 10;
  }
}
