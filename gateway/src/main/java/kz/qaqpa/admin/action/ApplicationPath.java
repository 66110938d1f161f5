package kz.qaqpa.admin.action;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kz.qaqpa.admin.operator.Operator;
import kz.qaqpa.admission.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * An application as a path names it.
 *
 * @param agency id of its agency
 * @param application its id
 * @param verb what follows
 */
record ApplicationPath(String agency, String application, String verb) {
  private static final String ID = "([a-z0-9][a-z0-9._-]{0,63})";
  private static final Pattern PATH =
      Pattern.compile("/admin/agencies/" + ID + "/applications/" + ID + "/([a-z]{1,16})");

  /** The parts of a path, or null if it is another. */
  static @Nullable ApplicationPath of(String path) {
    Matcher parts = PATH.matcher(path);
    return parts.matches()
        ? new ApplicationPath(parts.group(1), parts.group(2), parts.group(3))
        : null;
  }

  /**
   * Refuses who does not look after an agency, whether or not there is one of this id.
   *
   * @throws Refusal.Forbidden unless it does
   */
  static void requireSeen(Operator who, String agency) {
    if (!who.sees(agency)) {
      throw new Refusal.Forbidden(
          "agency_not_allowed", "agency: another (expected: " + who.agency() + ")");
    }
  }
}
