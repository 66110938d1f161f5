package kz.qaqpa.admission.registry;

import java.util.List;
import java.util.Objects;
import kz.qaqpa.admission.Ids;
import kz.qaqpa.admission.quota.Limits;
import kz.qaqpa.label.LocalText;
import org.jspecify.annotations.Nullable;

/**
 * {@code config/agencies.yaml} as it is written.
 *
 * @param agencies all agencies
 */
public record AgenciesFile(List<AgencyEntry> agencies) {

  /** Copies the list. */
  public AgenciesFile {
    agencies = List.copyOf(agencies);
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
      LocalText name,
      @Nullable Limits limits,
      @Nullable List<ApplicationEntry> applications) {

    /** Checks the id. */
    public AgencyEntry {
      Ids.check("id", id);
      limits = limits == null ? Limits.NONE : limits;
      applications = applications == null ? List.of() : List.copyOf(applications);
    }

    @Override
    public Limits limits() {
      return Objects.requireNonNull(limits);
    }

    @Override
    public List<ApplicationEntry> applications() {
      return Objects.requireNonNull(applications);
    }
  }
}
