package kz.qaqpa.admission;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import kz.qaqpa.admission.quota.Limits;
import org.jspecify.annotations.Nullable;

/**
 * {@code config/agencies.yaml} as it is written.
 *
 * @param agencies all agencies
 */
public record AgenciesFile(List<AgencyEntry> agencies) {
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  /** Checks that ids and keys are unique. */
  public AgenciesFile {
    agencies = List.copyOf(agencies);
    Set<String> ids = new HashSet<>();
    Set<String> keys = new HashSet<>();
    for (AgencyEntry agency : agencies) {
      requireNew(ids, "agencies: id \"" + agency.id() + "\"", agency.id());
      for (ApplicationEntry application : agency.applications()) {
        for (KeyEntry key : application.keys()) {
          requireNew(keys, "agencies: key sha256 " + key.sha256(), key.sha256());
        }
      }
    }
  }

  private static void requireNew(Set<String> seen, String what, String value) {
    if (!seen.add(value)) {
      throw new IllegalArgumentException(what + " twice (expected: once)");
    }
  }

  /**
   * An agency.
   *
   * @param id short ASCII name
   * @param name its name in three languages
   * @param limits what all its applications together may use; anything if absent
   * @param applications its programs; none if absent
   */
  public record AgencyEntry(
      String id,
      Agency.Names name,
      @Nullable Limits limits,
      @Nullable List<ApplicationEntry> applications) {

    /** Checks the id and that applications are named once. */
    public AgencyEntry {
      Ids.check("id", id);
      limits = limits == null ? Limits.NONE : limits;
      applications = applications == null ? List.of() : List.copyOf(applications);
      Set<String> ids = new HashSet<>();
      for (ApplicationEntry application : applications) {
        requireNew(ids, "applications: id \"" + application.id() + "\"", application.id());
      }
    }

    @Override
    public Limits limits() {
      return limits == null ? Limits.NONE : limits;
    }

    @Override
    public List<ApplicationEntry> applications() {
      return applications == null ? List.of() : applications;
    }
  }

  /**
   * A program of an agency.
   *
   * @param id short ASCII name
   * @param limits what it may use; anything but more than 64 streams if absent
   * @param keys its keys; none if absent
   */
  public record ApplicationEntry(
      String id, @Nullable Limits limits, @Nullable List<KeyEntry> keys) {

    /** Checks the id. */
    public ApplicationEntry {
      Ids.check("id", id);
      limits = limits == null ? Limits.NONE : limits;
      keys = keys == null ? List.of() : List.copyOf(keys);
    }

    @Override
    public Limits limits() {
      return limits == null ? Limits.NONE : limits;
    }

    @Override
    public List<KeyEntry> keys() {
      return keys == null ? List.of() : keys;
    }
  }

  /**
   * A key, never itself: only its hash.
   *
   * @param sha256 64 lowercase hexadecimal digits
   */
  public record KeyEntry(String sha256) {

    /** Checks the form. */
    public KeyEntry {
      if (!SHA256.matcher(sha256).matches()) {
        // A key pasted here by mistake must not end up in a log.
        throw new IllegalArgumentException(
            "sha256: "
                + sha256.length()
                + " characters (expected: 64 lowercase hexadecimal digits)");
      }
    }
  }
}
