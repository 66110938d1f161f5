package kz.qaqpa.cli.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import kz.qaqpa.admission.registry.Secrets;

/**
 * An agency of a trial with one application, {@code app}, and its key.
 *
 * @param id of the agency
 * @param key of its application
 * @param limits lines of {@code limits}, such as {@code concurrentStreams: 8}
 */
public record TrialAgency(String id, String key, List<String> limits) {
  /** What the application of each is called. */
  public static final String APPLICATION = "app";

  /** The declaration of an application that is none but a trial, as lines of its entry. */
  public static final String DECLARATION =
      """
              declaration:
                purpose: {kk: сынақ, ru: проба, en: trial}
                owner: {kk: иесі, ru: собственник, en: owner}
                holder: {kk: иегер, ru: владелец, en: holder}
                risk: minimal
                autonomy: low
                mode: closed
                ground: [service_notice]
      """;

  /** One with a new key. */
  public static TrialAgency of(String id, String... limits) {
    return new TrialAgency(id, Secrets.newKey(), List.of(limits));
  }

  /** The same with other limits. */
  public TrialAgency limited(String... others) {
    return new TrialAgency(id, key, List.of(others));
  }

  /** Writes {@code agencies.yaml} of these, in one go, into a folder that is there. */
  public static void write(Path folder, List<TrialAgency> agencies) throws IOException {
    StringBuilder text = new StringBuilder("agencies:\n");
    agencies.forEach(agency -> agency.append(text));
    Path next = Files.writeString(folder.resolve("agencies.yaml.next"), text);
    Files.move(
        next,
        folder.resolve("agencies.yaml"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  private void append(StringBuilder text) {
    text.append(
        """
          - id: %s
            name: {kk: сынақ, ru: проба, en: trial}
            applications:
              - id: %s
                keys: [{sha256: %s}]
        """
            .formatted(id, APPLICATION, Secrets.sha256(key)));
    text.append(DECLARATION);
    if (!limits.isEmpty()) {
      text.append("        limits:\n");
      limits.forEach(line -> text.append("          ").append(line).append('\n'));
    }
  }
}
