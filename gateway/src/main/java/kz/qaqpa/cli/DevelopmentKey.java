package kz.qaqpa.cli;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Pattern;
import kz.qaqpa.admission.AgencyDirectory;
import kz.qaqpa.admission.Application;
import org.jspecify.annotations.Nullable;

/**
 * The key to try things with: random at each start, for {@code sandbox/development}, and only while
 * nobody outside this machine can reach the server.
 *
 * @param directory the directory that knows it
 * @param key the key, or null if there is none
 * @param why why there is none
 */
record DevelopmentKey(AgencyDirectory directory, @Nullable String key, String why) {
  static final String VARIABLE = "QAQPA_DEV_KEY";
  private static final String AGENCY = "sandbox";
  private static final String APPLICATION = "development";
  private static final Pattern GOOD = Pattern.compile("[\\x21-\\x7e]{16,256}");

  /**
   * Makes the key, or takes the one that the environment gives.
   *
   * @throws IllegalArgumentException if that one is no key
   */
  static DevelopmentKey make(
      AgencyDirectory directory, boolean loopback, Map<String, String> environment) {
    Application application = directory.application(AGENCY, APPLICATION);
    if (!loopback) {
      return new DevelopmentKey(directory, null, "the address is not a loopback one");
    }
    if (application == null) {
      return new DevelopmentKey(directory, null, "agencies.yaml has no sandbox/development");
    }
    String given = environment.get(VARIABLE);
    if (given != null && !GOOD.matcher(given).matches()) {
      throw new IllegalArgumentException(
          VARIABLE
              + ": "
              + given.length()
              + " characters (expected: 16 to 256 of printable ASCII without spaces)");
    }
    String key = given == null ? random() : given;
    return new DevelopmentKey(directory.with(application, key), key, "");
  }

  private static String random() {
    byte[] bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    return "qpk_" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
