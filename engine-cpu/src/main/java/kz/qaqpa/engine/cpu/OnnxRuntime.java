package kz.qaqpa.engine.cpu;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * ONNX Runtime, loaded once a process; its native libraries, unpacked once a cache folder.
 *
 * <p>Left to itself the runtime unpacks 28 MB from its jar into a temporary folder at every start,
 * which takes longer than all else that starting a small model does. It takes them from a folder
 * that a system property names, if one does.
 */
final class OnnxRuntime {
  private static final String PATH_PROPERTY = "onnxruntime.native.path";
  private static final List<String> NAMES = List.of("onnxruntime", "onnxruntime4j_jni");

  private static @Nullable OrtEnvironment environment;

  private OnnxRuntime() {}

  /**
   * The runtime, which lives as long as the process. Logs errors only, sends nothing anywhere.
   *
   * @param cacheFolder where to keep its libraries, if it is not loaded yet
   */
  static synchronized OrtEnvironment load(Path cacheFolder) throws OrtException {
    OrtEnvironment loaded = environment;
    if (loaded == null) {
      Telemetry.disable();
      Path libraries = System.getProperty(PATH_PROPERTY) == null ? unpack(cacheFolder) : null;
      if (libraries != null) {
        System.setProperty(PATH_PROPERTY, libraries.toString());
      }
      loaded = OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      environment = loaded;
    }
    return loaded;
  }

  /** As the jar's folders are named: {@code linux-x64}, {@code osx-aarch64}. */
  static String platform() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    String system = os.contains("mac") ? "osx" : os.contains("win") ? "win" : "linux";
    return system + "-" + (arch.equals("amd64") || arch.equals("x86_64") ? "x64" : arch);
  }

  /** Whether the jar has libraries for this platform. */
  static boolean present() {
    return NAMES.stream().allMatch(name -> resource(name) != null);
  }

  /**
   * Unpacks the libraries where need be.
   *
   * @return their folder; null if it cannot be written: the runtime can help itself
   */
  static @Nullable Path unpack(Path cacheFolder) {
    String version = OrtEnvironment.class.getPackage().getImplementationVersion();
    Path folder = cacheFolder.resolve("onnxruntime-" + version + "-" + platform()).toAbsolutePath();
    try {
      Files.createDirectories(folder);
      for (String name : NAMES) {
        URL source = resource(name);
        if (version == null || source == null) {
          return null;
        }
        unpack(source, folder.resolve(System.mapLibraryName(name)));
      }
      return folder;
    } catch (IOException slowerStart) {
      System.getLogger(OnnxRuntime.class.getName())
          .log(System.Logger.Level.DEBUG, "not unpacked: {0}", slowerStart.toString());
      return null;
    }
  }

  private static void unpack(URL source, Path target) throws IOException {
    URLConnection connection = source.openConnection();
    try (InputStream in = connection.getInputStream()) {
      if (Files.exists(target) && Files.size(target) == connection.getContentLengthLong()) {
        return;
      }
      Path part = Files.createTempFile(target.getParent(), "unpacking", ".part");
      try {
        Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(part);
      }
    }
  }

  private static @Nullable URL resource(String name) {
    return OrtEnvironment.class.getResource(
        "/ai/onnxruntime/native/" + platform() + "/" + System.mapLibraryName(name));
  }
}
