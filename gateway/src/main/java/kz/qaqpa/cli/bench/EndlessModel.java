package kz.qaqpa.cli.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A model that never ends an answer by itself: the same files, without {@code eos_token_id}. So
 * answers have the length that was asked for, and what is measured is mostly decoding.
 */
public final class EndlessModel {
  private static final Set<String> CONFIGS = Set.of("config.json", "generation_config.json");

  private EndlessModel() {}

  /** Makes the copy beneath {@code folder}; large files are linked where that is possible. */
  public static Path make(Path model, Path folder) throws IOException {
    Path copy = Files.createDirectories(folder.resolve("endless").resolve(model.getFileName()));
    List<Path> files;
    try (var listed = Files.list(model)) {
      files = listed.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      Path target = copy.resolve(file.getFileName());
      Files.deleteIfExists(target);
      if (CONFIGS.contains(file.getFileName().toString())) {
        Files.writeString(target, withoutEnd(Files.readString(file)));
      } else {
        link(file, target);
      }
    }
    return copy;
  }

  private static String withoutEnd(String json) {
    ObjectNode config = (ObjectNode) JsonMapper.builder().build().readTree(json);
    config.remove("eos_token_id");
    return config.toString();
  }

  private static void link(Path file, Path target) throws IOException {
    try {
      Files.createLink(target, file.toRealPath());
    } catch (IOException | UnsupportedOperationException otherFileSystem) {
      Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
