package kz.qaqpa.cli;

import java.util.Map;
import java.util.regex.Pattern;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.registry.Registry;
import kz.qaqpa.admission.registry.Secrets;
import org.jspecify.annotations.Nullable;

/**
 * The key to try things with: random at each start, for {@code sandbox/development}, and only while
 * nobody outside this machine can reach the server.
 *
 * @param key the key, or null if there is none
 * @param why why there is none
 */
record DevelopmentKey(@Nullable String key, String why) {
  static final String VARIABLE = "QAQPA_DEV_KEY";
  private static final String AGENCY = "sandbox";
  private static final String APPLICATION = "development";
  private static final Pattern GOOD = Pattern.compile("[\\x21-\\x7e]{16,256}");

  /**
   * Makes the key, or takes the one that the environment gives, and tells the registry, which knows
   * it from then on, whatever becomes of its file.
   *
   * @throws IllegalArgumentException if that one is no key
   */
  static DevelopmentKey make(Registry registry, boolean loopback, Map<String, String> environment) {
    if (!loopback) {
      return new DevelopmentKey(null, "the address is not a loopback one");
    }
    if (registry.directory().application(AGENCY, APPLICATION) == null) {
      return new DevelopmentKey(null, "agencies.yaml has no sandbox/development");
    }
    String given = environment.get(VARIABLE);
    if (given != null && !GOOD.matcher(given).matches()) {
      throw new IllegalArgumentException(
          VARIABLE
              + ": "
              + given.length()
              + " characters (expected: 16 to 256 of printable ASCII without spaces)");
    }
    String key = given == null ? Secrets.newKey() : given;
    registry.add(directory -> {
      Application application = directory.application(AGENCY, APPLICATION);
      return application == null ? directory : directory.with(application, key);
    });
    return new DevelopmentKey(key, "");
  }
}
