package kz.qaqpa.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code qaqpa.yaml}: the shipped one, the user's over it, and a profile over both. */
public final class ConfigLoader {
  static final String MAIN_FILE = "qaqpa.yaml";
  private static final Pattern PROFILE = Pattern.compile("[a-z0-9][a-z0-9-]{0,31}");

  private ConfigLoader() {}

  /**
   * Reads the configuration; binding happens in {@link Config}.
   *
   * @param configDir folder of the user's files, each of them optional
   * @param environment variables; only names that begin with {@code QAQPA_} are looked at
   * @throws ConfigException if a file cannot be used, or has a section that Qaqpa does not know
   */
  public static Config load(Path configDir, Map<String, String> environment) {
    return load(configDir, null, environment);
  }

  /**
   * The same with a profile over the files: {@code profiles/NAME.yaml} of the user's folder, else
   * the shipped one. The environment overlays it, too.
   *
   * @param profile null: none
   * @throws ConfigException if there is no such profile, or as without one
   */
  public static Config load(
      Path configDir, @Nullable String profile, Map<String, String> environment) {
    if (!Files.isDirectory(configDir)) {
      throw new ConfigException("--config: " + configDir + " (expected: a folder)");
    }
    Document shipped = readShipped(MAIN_FILE);
    Path file = configDir.resolve(MAIN_FILE);
    Document merged = Files.exists(file) ? shipped.overlaidBy(YamlReader.read(file)) : shipped;
    if (profile != null) {
      merged = merged.overlaidBy(profile(configDir, profile));
    }
    requireKnownSections(shipped, merged);
    return new Config(configDir, merged, environment);
  }

  private static Document profile(Path configDir, String name) {
    if (!PROFILE.matcher(name).matches()) {
      throw new ConfigException(
          "--profile: " + Shown.name(name) + " (expected: 1 to 32 of a-z 0-9 -)");
    }
    String file = "profiles/" + name + ".yaml";
    if (!Files.exists(configDir.resolve(file)) && !isShipped(file)) {
      throw new ConfigException(
          "--profile: " + name + " (expected: local, or " + file + " in the --config folder)");
    }
    return readUserOrShipped(configDir, file);
  }

  private static boolean isShipped(String fileName) {
    return ConfigLoader.class.getResource(fileName) != null;
  }

  /** The user's file of that name, else the shipped one. */
  static Document readUserOrShipped(Path configDir, String fileName) {
    Path file = configDir.resolve(fileName);
    return Files.exists(file) ? YamlReader.read(file) : readShipped(fileName);
  }

  private static Document readShipped(String fileName) {
    try (InputStream in = ConfigLoader.class.getResourceAsStream(fileName)) {
      if (in == null) {
        throw new ConfigException(fileName + ": no such file (expected: in the --config folder)");
      }
      return YamlReader.parse("shipped " + fileName, in.readAllBytes());
    } catch (IOException e) {
      throw new ConfigException("shipped " + fileName + ": cannot be read: " + e.getMessage());
    }
  }

  private static void requireKnownSections(Document shipped, Document merged) {
    for (String section : merged.root().propertyNames()) {
      if (!shipped.root().has(section)) {
        throw new ConfigException(
            merged.origin(KeyPath.ROOT.key(section))
                + ": "
                + Shown.name(section)
                + ": unknown section (expected: one of "
                + shipped.root().propertyNames().stream().sorted().toList()
                + ")");
      }
    }
  }
}
