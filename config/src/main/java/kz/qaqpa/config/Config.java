package kz.qaqpa.config;

import java.nio.file.Path;
import java.util.Map;
import tools.jackson.databind.JsonNode;

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
    return Binder.bind(overlaid, path, node, recordType, (_, _) -> {});
  }

  /**
   * Binds a whole file of the configuration folder, or the shipped one if the folder has none.
   *
   * @param fileName plain name, for instance {@code agencies.yaml}
   * @throws ConfigException naming file, line, key, value and expectation of each problem
   */
  public <T> T bindFile(String fileName, Class<T> recordType) {
    return bindFile(fileName, recordType, (_, _) -> {});
  }

  /** The same with checks of the file as a whole. */
  public <T> T bindFile(String fileName, Class<T> recordType, FileCheck<T> check) {
    Document file = ConfigLoader.readUserOrShipped(configDir, fileName);
    return Binder.bind(file, KeyPath.ROOT, file.root(), recordType, check);
  }

  /** The same of a file that was read already. */
  public <T> T bindFile(String fileName, byte[] utf8, Class<T> recordType, FileCheck<T> check) {
    Document file = YamlReader.parse(file(fileName).toString(), utf8);
    return Binder.bind(file, KeyPath.ROOT, file.root(), recordType, check);
  }

  /** What is to be said of a file that cannot be read. */
  public ConfigException unreadable(String fileName, String why) {
    return new ConfigException(file(fileName) + ": " + why);
  }

  /** Where a file of the configuration folder is, or would be. */
  public Path file(String fileName) {
    return configDir.resolve(fileName);
  }
}
