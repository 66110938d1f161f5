package kz.qaqpa.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** An unpacked OCI archive with one image. */
final class OciArchive {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private final JsonNode manifest;

  private OciArchive(Path folder) throws IOException {
    this.folder = folder;
    JsonNode index = JSON.readTree(folder.resolve("index.json").toFile());
    this.manifest = JSON.readTree(blob(index.at("/manifests/0/digest").asText()).toFile());
  }

  static OciArchive unpack(Path tar, Path folder) throws IOException, InterruptedException {
    Files.createDirectories(folder);
    Programs.run(List.of("tar", "-C", folder.toString(), "-xf", tar.toString()));
    return new OciArchive(folder);
  }

  private Path blob(String digest) {
    return folder.resolve("blobs").resolve(digest.replace(':', '/'));
  }

  JsonNode manifest() {
    return manifest;
  }

  /** What a container engine is told: user, environment, what is run. */
  JsonNode config() throws IOException {
    return JSON.readTree(blob(manifest.at("/config/digest").asText()).toFile()).get("config");
  }

  /** Lays the layers over each other. */
  void unpackLayers(Path root) throws IOException, InterruptedException {
    Files.createDirectories(root);
    for (JsonNode layer : manifest.get("layers")) {
      Programs.run(
          List.of(
              "tar",
              "-C",
              root.toString(),
              "--no-same-owner",
              "--warning=no-unknown-keyword",
              "-xzf",
              blob(layer.get("digest").asText()).toString()));
    }
  }

  static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  /** All files under a root, by their paths in the image. */
  static List<String> files(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(Files::isRegularFile).map(file -> "/" + root.relativize(file)).toList();
    }
  }
}
