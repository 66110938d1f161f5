package kz.qaqpa.admin;

import java.util.List;
import kz.qaqpa.admission.Agency;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.registry.Registry;

/** The agencies of {@code agencies.yaml}. Any thread. */
public final class RegistryAgencies implements AgencyList {
  private final Registry registry;

  public RegistryAgencies(Registry registry) {
    this.registry = registry;
  }

  @Override
  public List<Agency> agencies() {
    return registry.directory().agencies();
  }

  @Override
  public List<Application> applications() {
    return registry.directory().applications();
  }

  @Override
  public List<String> problems() {
    Registry.Trouble trouble = registry.status().trouble();
    return trouble == null ? List.of() : trouble.problems();
  }

  @Override
  public Registry.Outcome reload() {
    return registry.reload();
  }
}
