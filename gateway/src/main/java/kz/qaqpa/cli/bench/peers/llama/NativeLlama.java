package kz.qaqpa.cli.bench.peers.llama;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import kz.qaqpa.cli.bench.peers.NpmPackages;

/**
 * llama.cpp as the npm package node-llama-cpp builds it, its libraries only: no JavaScript runs.
 * There are builds of the kernels for each kind of processor, of which llama.cpp takes the best.
 */
public final class NativeLlama {
  private NativeLlama() {}

  /** The package that has the libraries for this machine, with its version. */
  public static String name() throws IOException {
    return LlamaSymbols.PACKAGE + platform() + "@" + LlamaSymbols.VERSION;
  }

  /**
   * Installs it where it is not yet.
   *
   * @param packages folder to install into
   * @return the folder with the libraries
   * @throws IOException if npm is missing or fails, or there is no package for this machine
   */
  public static Path install(Path packages) throws IOException, InterruptedException {
    String platform = platform();
    Path modules = NpmPackages.install(packages, name());
    Path libraries =
        modules.resolve(LlamaSymbols.PACKAGE + platform).resolve("bins").resolve(platform);
    if (!Files.isDirectory(libraries)) {
      throw new IOException(libraries + ": missing (expected: the libraries of " + name() + ")");
    }
    return libraries;
  }

  private static String platform() throws IOException {
    String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String processor = System.getProperty("os.arch");
    if (system.equals("linux") && processor.equals("amd64")) {
      return "linux-x64";
    }
    if (system.equals("linux") && processor.equals("aarch64")) {
      return "linux-arm64";
    }
    throw new IOException(
        system
            + " "
            + processor
            + ": no llama.cpp to fetch (expected: Linux on x64 or arm64, or"
            + " --llama-server PATH)");
  }
}
