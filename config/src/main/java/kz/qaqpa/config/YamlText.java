package kz.qaqpa.config;

import tools.jackson.databind.node.ObjectNode;

/**
 * YAML that is no configuration, such as the head of a model's README, read by the same strict
 * rules: at most 1 MiB, one mapping, no duplicate keys, no anchors, aliases or tags.
 */
public final class YamlText {
  private YamlText() {}

  /**
   * Reads a mapping.
   *
   * @param name what messages call it
   * @param utf8 the text
   * @throws ConfigException naming the line and what is wrong there
   */
  public static ObjectNode read(String name, byte[] utf8) {
    return YamlReader.parse(name, utf8).root();
  }
}
