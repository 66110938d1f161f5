package kz.qaqpa.engine.trt.tool;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import kz.qaqpa.engine.EngineSettings;
import kz.qaqpa.engine.EngineTool;
import kz.qaqpa.engine.trt.library.Installation;
import kz.qaqpa.engine.trt.library.Libraries;
import kz.qaqpa.engine.trt.library.LibraryException;
import kz.qaqpa.engine.trt.library.LibraryPath;

/**
 * {@code ./qaqpa engine install trt}: puts TensorRT's libraries into the user's cache, from the
 * jars that the launcher has Maven fetch.
 */
public final class InstallTool implements EngineTool {
  private static final int DONE = 0;
  private static final int FAILED = 1;
  private static final int MISUSED = 2;
  private static final int NEEDED = 3;

  private final LibraryPath path;
  private final Path folder;

  /** For {@link java.util.ServiceLoader}. */
  public InstallTool() {
    this(LibraryPath.here(), Installation.folder());
  }

  InstallTool(LibraryPath path, Path folder) {
    this.path = path;
    this.folder = folder;
  }

  @Override
  public String name() {
    return "install trt";
  }

  /**
   * Installs.
   *
   * @return also 3 for {@code --check}, if there is something to install
   */
  @Override
  public int run(
      List<String> arguments, EngineSettings settings, PrintStream out, PrintStream err) {
    boolean check = arguments.equals(List.of("--check"));
    boolean jars = arguments.size() == 2 && arguments.getFirst().equals("--jars");
    if (!check && !jars) {
      err.println("usage: ./qaqpa engine install trt [--jars DIR]");
      err.println("  --jars DIR   folder with the jars, where Maven cannot fetch them");
      return MISUSED;
    }
    Optional<Path> cudart = path.find(Libraries.CUDART);
    Optional<Path> nvinfer = path.find(Libraries.NVINFER);
    if (cudart.isPresent() && nvinfer.isPresent()) {
      out.println("TensorRT is there: " + nvinfer.get() + ", " + cudart.get());
      return DONE;
    }
    return check ? NEEDED : unpack(Path.of(arguments.getLast()), out, err);
  }

  private int unpack(Path jars, PrintStream out, PrintStream err) {
    try {
      new Installation(folder, err::println).unpack(list(jars));
      out.println("TensorRT is installed in " + folder);
      return DONE;
    } catch (LibraryException e) {
      err.println("engine install trt: " + e.getMessage());
      return FAILED;
    } catch (IOException e) {
      err.println("engine install trt: " + folder + ": " + e);
      return FAILED;
    }
  }

  private static List<Path> list(Path folder) throws IOException {
    List<Path> jars = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.jar")) {
      files.forEach(jars::add);
    }
    return jars;
  }
}
