package kz.qaqpa.admission.identity;

import java.text.ParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import kz.qaqpa.config.Config;
import kz.qaqpa.config.ConfigException;
import kz.qaqpa.config.FileWatch;
import kz.qaqpa.config.Problems;
import kz.qaqpa.http.net.PemFiles;

/**
 * {@code config/identity.yaml}: whose bearer tokens are accepted.
 *
 * @param issuers identity providers; none if empty
 */
public record IdentityFile(List<IssuerEntry> issuers) {
  /** The file's name in the configuration folder. */
  public static final String FILE = "identity.yaml";

  /** Copies the list. */
  public IdentityFile {
    issuers = List.copyOf(issuers);
  }

  /** Nobody's. */
  public static IdentityFile none() {
    return new IdentityFile(List.of());
  }

  /**
   * Reads it, the shipped one if the configuration folder has none, with the files that it names.
   *
   * @throws ConfigException with all that is wrong in it
   */
  public static IdentityFile read(Config config) {
    return config.bindFile(FILE, IdentityFile.class, IdentityFile::check);
  }

  /** How {@code agencies.yaml} calls the issuers. */
  public Set<String> names() {
    return issuers.stream().map(IssuerEntry::name).collect(Collectors.toUnmodifiableSet());
  }

  private static void check(IdentityFile file, Problems problems) {
    Map<String, String> seen = new HashMap<>();
    for (int i = 0; i < file.issuers.size(); i++) {
      IssuerEntry issuer = file.issuers.get(i);
      String path = "issuers[" + i + "]";
      once(seen, path + ".name", "name " + issuer.name(), problems);
      once(seen, path + ".issuer", "issuer " + issuer.issuer(), problems);
      checkFiles(issuer, path, problems);
    }
  }

  private static void once(Map<String, String> seen, String path, String value, Problems problems) {
    String first = seen.putIfAbsent(value, path);
    if (first != null) {
      problems.add(path, "the same as " + first + " (expected: another)");
    }
  }

  private static void checkFiles(IssuerEntry issuer, String path, Problems problems) {
    if (issuer.jwksFile() != null) {
      FileWatch.Seen seen = new FileWatch(issuer.jwksFile(), _ -> {}).first();
      try {
        KeySet _ = KeySet.read(seen);
      } catch (ParseException e) {
        problems.add(
            path + ".jwksFile",
            issuer.jwksFile() + ": " + e.getMessage() + " (expected: a JSON Web Key Set)");
      }
    }
    if (issuer.caFile() != null) {
      try {
        List<?> _ = PemFiles.certificates("caFile", issuer.caFile());
      } catch (IllegalArgumentException e) {
        problems.add(path + ".caFile", String.valueOf(e.getMessage()).replaceFirst("caFile: ", ""));
      }
    }
  }
}
