package kz.qaqpa.image;

import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainer;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import com.google.cloud.tools.jib.api.buildplan.ImageFormat;
import com.google.cloud.tools.jib.api.buildplan.Port;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Puts the layers of the image together and writes them as a tar; no engine, no registry. */
final class ImageBuilder {
  private static final String JAVA = "/opt/java";
  private static final String USER = "10001:10001";
  private static final String CACHE = "/var/cache/qaqpa";
  private static final String STATE = "/var/lib/qaqpa";
  private static final String OVERLAY = "/etc/qaqpa";

  /** What differs from a gateway on a desk. */
  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "LANG", "C.UTF-8",
          "ORT_DISABLE_TELEMETRY", "1",
          "QAQPA_SERVER_HOST", "0.0.0.0",
          "QAQPA_ENGINE_CACHE_FOLDER", CACHE,
          "QAQPA_LEDGER_FOLDER", STATE);

  private final Path java;
  private final GatewayFiles files;
  private final Path cache;

  /**
   * A builder.
   *
   * @param java folder of the linked Java
   * @param files the gateway's
   * @param cache for layers that are built already
   */
  ImageBuilder(Path java, GatewayFiles files, Path cache) {
    this.java = java;
    this.files = files;
    this.cache = cache;
  }

  /**
   * Writes the image.
   *
   * @param base as Jib names it
   * @param name of the image
   * @param out the tar
   * @return the digest of the image
   * @throws IOException if the base cannot be read or the tar not be written
   */
  String write(String base, String name, Path out) throws IOException, InterruptedException {
    try {
      JibContainerBuilder image =
          Jib.from(base)
              // What changes least comes first: nodes keep layers that they have.
              .addFileEntriesLayer(layer("java", java, JAVA, _ -> true))
              .addFileEntriesLayer(
                  layer("libraries", files.folder(), GatewayFiles.HOME, GatewayFiles::isLibrary))
              .addFileEntriesLayer(
                  layer(
                      "gateway",
                      files.folder(),
                      GatewayFiles.HOME,
                      file -> !GatewayFiles.isLibrary(file)))
              .setEntrypoint(
                  JAVA + "/bin/java", "@" + GatewayFiles.HOME + "/java.args", "kz.qaqpa.Main")
              .setProgramArguments(List.of("serve", "--config", OVERLAY))
              .setEnvironment(ENVIRONMENT)
              .setUser(USER)
              .setWorkingDirectory(AbsoluteUnixPath.get(STATE))
              .setExposedPorts(Set.of(Port.tcp(8080), Port.tcp(8081)))
              .setVolumes(
                  Set.of(
                      AbsoluteUnixPath.get(CACHE),
                      AbsoluteUnixPath.get(STATE),
                      AbsoluteUnixPath.get("/tmp")))
              .setFormat(ImageFormat.OCI)
              // The same files make the same image.
              .setCreationTime(Instant.ofEpochSecond(1));
      Files.createDirectories(out.getParent());
      JibContainer written =
          image.containerize(
              Containerizer.to(TarImage.at(out).named(name))
                  .setOfflineMode(base.startsWith("tar://"))
                  .setBaseImageLayersCache(cache.resolve("base"))
                  .setApplicationLayersCache(cache.resolve("layers"))
                  .setToolName("qaqpa"));
      return written.getImageId().toString();
    } catch (IOException e) {
      throw e;
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) { // Of Jib's kinds, which say what is wrong with a base.
      throw new IOException("--base: " + base + ": " + e.getMessage(), e);
    }
  }

  private static FileEntriesLayer layer(String name, Path from, String to, Predicate<Path> wanted)
      throws IOException {
    FileEntriesLayer.Builder layer = FileEntriesLayer.builder().setName(name);
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).filter(wanted).sorted().toList()) {
        layer.addEntry(
            file,
            AbsoluteUnixPath.get(to).resolve(from.relativize(file)),
            FilePermissions.fromOctalString(Files.isExecutable(file) ? "755" : "644"));
      }
    }
    return layer.build();
  }
}
