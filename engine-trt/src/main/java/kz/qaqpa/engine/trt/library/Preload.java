package kz.qaqpa.engine.trt.library;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.FunctionDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * Loads NVIDIA's libraries by their paths, before JavaCPP's bindings ask for them by name: a name
 * that is loaded already is not searched for, so that no {@code LD_LIBRARY_PATH} is needed.
 */
public final class Preload {
  /** What attention with ragged lengths came with: TensorRT counts 11.2.0 as 110200. */
  static final int OLDEST = 110_200;

  private static final int NEXT_MAJOR = 120_000;

  private Preload() {}

  /**
   * Loads them.
   *
   * @param stubs a folder for empty libraries where the machine lacks what TensorRT does not use
   * @return TensorRT's version, for instance {@code 11.2.1}
   * @throws LibraryException naming the file that cannot be loaded, or the version that was found
   */
  public static String load(Libraries libraries, Path stubs) {
    NativeLibrary.load(libraries.cudart());
    for (String name : Libraries.BESIDE) {
      NativeLibrary.load(beside(libraries.beside(), name, stubs));
    }
    libraries.builderResources().forEach(NativeLibrary::load);
    NativeLibrary nvinfer = NativeLibrary.load(libraries.nvinfer());
    int version = version(nvinfer);
    if (version < OLDEST || version >= NEXT_MAJOR) {
      throw new LibraryException(
          nvinfer.file() + ": TensorRT " + shown(version) + " (expected: 11.2 or later of 11)",
          null);
    }
    return shown(version);
  }

  private static Path beside(List<Path> found, String name, Path stubs) {
    return found.stream()
        .filter(path -> String.valueOf(path.getFileName()).equals(name))
        .findFirst()
        .orElseGet(() -> stub(stubs.resolve(name)));
  }

  /** Written to another name and renamed: another process may be about to load it. */
  private static Path stub(Path file) {
    try {
      if (!Files.exists(file)) {
        Files.createDirectories(file.getParent());
        Path part = Files.createTempFile(file.getParent(), "stub", ".part");
        new ElfStub(String.valueOf(file.getFileName())).write(part);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int version(NativeLibrary nvinfer) {
    try {
      return (int)
          nvinfer.function("getInferLibVersion", FunctionDescriptor.of(JAVA_INT)).invokeExact();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) { // MethodHandle declares it; a downcall has no checked exceptions.
      throw new IllegalStateException(e);
    }
  }

  private static String shown(int version) {
    return version / 10_000 + "." + version / 100 % 100 + "." + version % 100;
  }
}
