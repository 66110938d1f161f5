package kz.qaqpa.config;

import java.nio.file.Path;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The configuration as read, ready to be bound to settings records. Immutable.
 *
 * <p>Records are bound by their canonical constructors; what those throw as {@link
 * IllegalArgumentException} ({@code "slots: -1 (expected: >= 0)"}) reaches the user with file and
 * line in front. Components without a value are an error unless they are {@code @Nullable}.
 */
public final class Config {
  static final String VARIABLE_PREFIX = "QAQPA_";

  private final Path configDir;
  private final Document document;
  private final Map<String, String> environment;

  Config(Path configDir, Document document, Map<String, String> environment) {
    this.configDir = configDir;
    this.document = document;
    this.environment = Map.copyOf(environment);
  }

  /**
   * Binds one section of {@code qaqpa.yaml}, with the environment over it.
   *
   * @throws ConfigException naming file and line (or variable), key, value and expectation
   */
  public <T> T bind(String section, Class<T> recordType) {
    KeyPath path = KeyPath.ROOT.key(section);
    Document overlaid =
        new EnvironmentOverlay(environment, document.root().propertyNames())
            .over(document, section, recordType);
    JsonNode node = overlaid.root().path(section);
    if (node.isMissingNode()) {
      throw new ConfigException(
          ConfigLoader.MAIN_FILE + ": " + section + ": missing (expected: a section)");
    }
    return Binder.bind(overlaid, path, node, recordType);
  }

  /**
   * Binds a whole file of the configuration folder, or the shipped one if the folder has none.
   *
   * @param fileName plain name, for instance {@code agencies.yaml}
   * @throws ConfigException naming file, line, key, value and expectation
   */
  public <T> T bindFile(String fileName, Class<T> recordType) {
    Document file = ConfigLoader.readUserOrShipped(configDir, fileName);
    ObjectNode root = file.root();
    return Binder.bind(file, KeyPath.ROOT, root, recordType);
  }
}
