package kz.qaqpa.live;

import java.util.List;

/** Configuration files of gateways that are processes. */
final class LiveSettings {
  private LiveSettings() {}

  /** {@code agencies.yaml}: two applications, the second by a key with this digest. */
  static List<String> agencies(String sha256) {
    return List.of(
        "agencies:",
        "  - id: sandbox",
        "    name: {kk: Сынақ алаңы, ru: Песочница, en: Sandbox}",
        "    applications:",
        "      - {id: development, limits: {concurrentStreams: 256}}",
        "      - id: narrow",
        "        declaration:",
        "          purpose: {kk: сынақ, ru: проба, en: trial}",
        "          owner: {kk: иесі, ru: собственник, en: owner}",
        "          holder: {kk: иегер, ru: владелец, en: holder}",
        "          risk: minimal",
        "          autonomy: low",
        "          mode: closed",
        "          ground: [service_notice]",
        "        limits: {concurrentStreams: 1}",
        "        keys: [{sha256: " + sha256 + "}]");
  }

  /** The tap is what a reverse proxy is: browsers know another port than the gateway's own. */
  static List<String> settings(String origin) {
    return List.of(
        "server:", "  hostNames: [127.0.0.1]", "cors:", "  allowedOrigins: [\"" + origin + "\"]");
  }
}
