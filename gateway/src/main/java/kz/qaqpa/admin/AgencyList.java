package kz.qaqpa.admin;

import java.util.List;
import kz.qaqpa.admission.Agency;
import kz.qaqpa.admission.Application;
import kz.qaqpa.admission.registry.Registry;

/** The agencies and applications there are now, as the admin port sees them. Any thread. */
public interface AgencyList {
  /** All agencies, in the order of the file. */
  List<Agency> agencies();

  /** All applications, in the order of the file. */
  List<Application> applications();

  /** What is wrong with the file as it is now, a line for each; empty if it holds. */
  List<String> problems();

  /** Reads the file again if it is another; waits for the disk. */
  Registry.Outcome reload();
}
